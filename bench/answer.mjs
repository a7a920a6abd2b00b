// Whether an output is the right one.
import { createHash } from 'node:crypto'
import { createReadStream, readFileSync } from 'node:fs'

const PIECE = { highWaterMark: 2 ** 20 }

/** Hash a file: `exact` as it stands, `sorted` with its lines in byte order, for answers that may come in any. */
export async function hashAnswer(path, kind = 'exact') {
  const hash = createHash('sha256')
  if (kind === 'sorted') {
    // One character a byte, so that no line is changed by decoding.
    const lines = readFileSync(path, 'latin1').replace(/\n$/, '').split('\n').sort()
    return hash.update(`${lines.join('\n')}\n`, 'latin1').digest('hex')
  }
  for await (const piece of createReadStream(path, PIECE)) hash.update(piece)
  return hash.digest('hex')
}

/**
 * Make the right answer the plainest way there is, apart from all that is measured: each line by itself.
 *
 * @param {string} path ends in a line feed
 * @param {(line: string, index: number) => string | undefined} answer what the line gives, its line feed included
 */
export async function hashOfLines(path, answer) {
  const hash = createHash('sha256')
  let rest = ''
  let index = 0
  for await (const piece of createReadStream(path, { ...PIECE, encoding: 'latin1' })) {
    const lines = (rest + piece).split('\n')
    rest = lines.pop()
    for (const line of lines) {
      const given = answer(line, index++)
      if (given !== undefined) hash.update(given, 'latin1')
    }
  }
  if (rest !== '') throw new Error(`${path} does not end in a line feed`)
  return hash.digest('hex')
}

/** What competitors/record.mjs gives for a line: user and behaviour of who bought. */
export function buyerOfLine(line, index) {
  if (index === 0) return 'user_id,behavior_type\n'
  const fields = /^(\d+),\d+,4,/.exec(line)
  return fields ? `${fields[1]},4\n` : undefined
}
