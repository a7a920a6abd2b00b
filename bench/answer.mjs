// Whether an output is the right one.
import { createHash } from 'node:crypto'
import { createReadStream, readFileSync } from 'node:fs'

const PIECE = { highWaterMark: 2 ** 20 }

/**
 * Hash a file: `exact` as it stands, `sorted` with its lines in byte order, for answers that may come in any; or what a
 * function makes of its text.
 */
export async function hashAnswer(path, kind = 'exact') {
  const hash = createHash('sha256')
  if (typeof kind === 'function') return hash.update(kind(readFileSync(path, 'utf8'))).digest('hex')
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
  await eachLine(path, (line, index) => {
    const given = answer(line, index)
    if (given !== undefined) hash.update(given, 'latin1')
  })
  return hash.digest('hex')
}

/** Look at each line of a file that ends in a line feed, one character a byte. */
export async function eachLine(path, look) {
  let rest = ''
  let index = 0
  for await (const piece of createReadStream(path, { ...PIECE, encoding: 'latin1' })) {
    const lines = (rest + piece).split('\n')
    rest = lines.pop()
    for (const line of lines) look(line, index++)
  }
  if (rest !== '') throw new Error(`${path} does not end in a line feed`)
}

/** Hash an answer that is at hand. */
export function hashOf(text) {
  return createHash('sha256').update(text).digest('hex')
}

/** What competitors/record.mjs gives for a line: user and behaviour of who bought. */
export function buyerOfLine(line, index) {
  if (index === 0) return 'user_id,behavior_type\n'
  const fields = /^(\d+),\d+,4,/.exec(line)
  return fields ? `${fields[1]},4\n` : undefined
}
