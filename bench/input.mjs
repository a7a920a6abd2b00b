// Input files: made once by `linemill generate`, checked and brought into the page cache before use.
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { createReadStream, existsSync, mkdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The command line, as it is built. */
export const LINEMILL = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url))

/**
 * Make a file of clicks, or take the one that is there if it has that many rows.
 *
 * @param {{ folder: string, rows: number, seed: number, log?: (line: string) => void }} options
 */
export async function prepareTianchi({ folder, rows, seed, log = () => undefined }) {
  mkdirSync(folder, { recursive: true })
  const path = join(folder, `tianchi-${rows}-${seed}.csv`)
  if (existsSync(path)) {
    const found = await readInput(path)
    if (found.rows === rows) return found
    log(`${path} has ${found.rows} rows: it is made anew`)
  }
  log(`making ${path}`)
  const what = ['generate', 'tianchi', '--rows', String(rows), '--seed', String(seed), '-o', path]
  execFileSync(process.execPath, [LINEMILL, ...what], { stdio: ['ignore', 'ignore', 'inherit'] })
  const made = await readInput(path)
  if (made.rows !== rows) throw new Error(`${path} has ${made.rows} rows, expected ${rows}`)
  return made
}

/** Read a file once: afterwards its pages are cached, its rows counted and its bytes hashed. */
async function readInput(path) {
  const hash = createHash('sha256')
  let bytes = 0
  let lines = 0
  for await (const piece of createReadStream(path, { highWaterMark: 2 ** 20 })) {
    hash.update(piece)
    bytes += piece.length
    for (let at = piece.indexOf(10); at >= 0; at = piece.indexOf(10, at + 1)) lines++
  }
  return { path, file: basename(path), rows: lines - 1, bytes, sha256: hash.digest('hex') }
}
