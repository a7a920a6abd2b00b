// Input files: made once by `linemill generate`, checked and brought into the page cache before use.
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { createReadStream, existsSync, mkdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The command line, as it is built. */
export const LINEMILL = fileURLToPath(new URL('../dist/cli/main.cjs', import.meta.url))

/** Lines before the first row; of `quoted` a row may have several, so that its lines tell nothing. */
const HEADER_LINES = { tianchi: 1, measurements: 0, ndjson: 0 }
const EXTENSIONS = { tianchi: 'csv', measurements: 'txt', ndjson: 'ndjson', quoted: 'csv' }

/**
 * Make a file of a kind, or take the one that is there if it has that many rows.
 *
 * @param {{ folder: string, kind: string, rows: number, seed: number, log?: (line: string) => void }} options
 */
export async function prepareInput({ folder, kind, rows, seed, log = () => undefined }) {
  mkdirSync(folder, { recursive: true })
  const path = join(folder, `${kind}-${rows}-${seed}.${EXTENSIONS[kind]}`)
  const readInput = async () => {
    const { lines, ...file } = await readFile(path)
    return { ...file, rows: kind in HEADER_LINES ? lines - HEADER_LINES[kind] : rows }
  }
  if (existsSync(path)) {
    const found = await readInput()
    if (found.rows === rows) return found
    log(`${path} has ${found.rows} rows: it is made anew`)
  }
  log(`making ${path}`)
  const what = ['generate', kind, '--rows', String(rows), '--seed', String(seed), '-o', path]
  execFileSync(process.execPath, [LINEMILL, ...what], { stdio: ['ignore', 'ignore', 'inherit'] })
  const made = await readInput()
  if (made.rows !== rows) throw new Error(`${path} has ${made.rows} rows, expected ${rows}`)
  return made
}

/** Read a file once: afterwards its pages are cached, its lines counted and its bytes hashed. */
async function readFile(path) {
  const hash = createHash('sha256')
  let bytes = 0
  let lines = 0
  for await (const piece of createReadStream(path, { highWaterMark: 2 ** 20 })) {
    hash.update(piece)
    bytes += piece.length
    for (let at = piece.indexOf(10); at >= 0; at = piece.indexOf(10, at + 1)) lines++
  }
  return { path, file: basename(path), lines, bytes, sha256: hash.digest('hex') }
}
