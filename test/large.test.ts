/** Offsets and numbers across 2^31 and 2^32, in a sparse file that takes little room; and texts across 2^28. */
import { closeSync, ftruncateSync, mkdtempSync, openSync, rmSync, statSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, test } from 'vitest'
import { batchesOnPool } from '../dist/batches.js'
import { countOnPool } from '../dist/count.js'
import { GroupRows } from '../dist/engine/group-rows.js'
import type { CombinedGroups } from '../dist/kernel/combined-groups.js'
import type { RunOptions } from '../dist/options.js'
import { supportedInstructionSets } from '../dist/primitives/native.js'
import { runOnPool } from '../dist/run.js'
import { Pool } from '../dist/worker/pool.js'
import { availablePrimitives } from './primitive-sets.js'

const MIB = 2 ** 20
const LENGTH = 2 ** 32 + 300 * MIB
/** Records of holes in between: as long as they may be with a window of 2^30 bytes, and shorter. */
const HOLE = 200 * MIB

const folder = mkdtempSync(join(tmpdir(), 'linemill-large-'))
const path = join(folder, 'sparse.csv')
const pool = new Pool(2)
afterAll(async () => {
  await pool.close()
  rmSync(folder, { recursive: true })
})

interface Piece {
  readonly at: number
  readonly text: string
}

/** Lines around the offsets at which numbers turn negative or lose a bit, and line ends in the holes. */
function pieces(): Piece[] {
  const marked = [2 ** 30, 2 ** 31, 2 ** 32].flatMap((boundary) => [
    { at: boundary - 31, text: `,\nbefore ${boundary - 29},1\n` },
    // Begins on the boundary itself, and the one behind it across a line end in quotes.
    { at: boundary - 2, text: `,\nat ${boundary},"\n"\n\nbehind,"2""\r\n"\r\n` },
  ])
  const holes = Array.from({ length: Math.floor(LENGTH / HOLE) }, (_, index) => ({
    at: (index + 1) * HOLE + 76,
    text: ',\n', // a hole is a field, and an empty one follows: all records have two
  }))
  const ends = [
    { at: 0, text: 'id,text\nfirst,1\n' },
    { at: LENGTH - 10, text: ',\nlast,"1"' },
  ]
  return [...marked, ...holes, ...ends].sort((a, b) => a.at - b.at)
}

/** What the batch job must say of each record that is no hole, and the numbers of all. */
function expectations(all: readonly Piece[]) {
  const seen: string[] = []
  let lineNumber = 1
  let recordNumber = 0
  let recordStart = 0
  let text = ''
  let isQuoted = false
  let blankLines = 0
  const end = (at: number, terminator: number): void => {
    const length = at - recordStart - (text.endsWith('\r') ? 1 : 0)
    if (length === 0 && terminator > 0) blankLines++
    else {
      const lines = lineNumber - (text.split('\n').length - 1)
      const shown = JSON.stringify(length < 1000 ? text.replace(/\r$/, '') : length)
      if (recordNumber > 0) seen.push(`${lines},${recordNumber},${recordStart},${shown}`)
      recordNumber++
    }
    recordStart = at + terminator
    text = ''
  }
  let before = 0
  for (const piece of all) {
    const holeBytes = piece.at - before
    text += holeBytes < 1000 ? '\0'.repeat(holeBytes) : 'hole'
    for (const [index, character] of [...piece.text].entries()) {
      if (character === '"') isQuoted = !isQuoted
      if (character === '\n' && !isQuoted) {
        end(piece.at + index, 1)
        lineNumber++
        continue
      }
      if (character === '\n') lineNumber++
      text += character
    }
    before = piece.at + piece.text.length
  }
  end(LENGTH, 0)
  return { seen, records: recordNumber - 1, lines: lineNumber, blankLines }
}

function makeSparseFile(all: readonly Piece[]): boolean {
  const fd = openSync(path, 'w')
  try {
    ftruncateSync(fd, LENGTH)
    for (const { at, text } of all) writeSync(fd, text, at)
  } finally {
    closeSync(fd)
  }
  return statSync(path).blocks * 512 < 64 * MIB
}

const JOBS = fileURLToPath(new URL('./jobs/large.mjs', import.meta.url))

const ALL = pieces()
const isSparse = makeSparseFile(ALL)
const isNative = supportedInstructionSets().length > 0

// Portable code would take minutes; what it does with offsets is the same TypeScript.
describe.runIf(isSparse && isNative)('a file of more than 4 GiB (needs sparse files and the addon)', () => {
  const expected = expectations(ALL)

  test('the expectations are what they seem', () => {
    expect(expected.seen).toContain(`${expected.lines},${expected.records},${LENGTH - 8},"last,\\"1\\""`)
    const boundaries = expected.seen
      .filter((line) => /,"at \d+,/.test(line))
      .map((line) => Number(line.split(',')[2]))
    expect(boundaries).toEqual([2 ** 30, 2 ** 31, 2 ** 32])
  })

  test.each<[string, RunOptions]>([
    ['mapped', { strategy: 'mapped' }],
    ['pread', { strategy: 'pread', blockBytes: 16 * MIB }],
  ])('every record has its right place: %s', async (_name, options) => {
    const report = await runOnPool(pool, JOBS, path, { workers: 2, exportName: 'shown', ...options })
    expect(String(report.output).trimEnd().split('\n')).toEqual(expected.seen)
    expect(report).toMatchObject({
      records: expected.records,
      blankLines: expected.blankLines,
      inputBytes: LENGTH,
    })
  })

  test('every record has its right place in batches', { timeout: 120_000 }, async () => {
    const seen: string[] = []
    const options = { workers: 2, strategy: 'mapped', columns: {} } as const
    for await (const batch of batchesOnPool(pool, path, options, new AbortController())) {
      for (let index = 0; index < batch.recordCount; index++) {
        const length = batch.end(index) - batch.start(index)
        const text =
          length < 1000 ? batch.bytes.toString('utf8', batch.start(index), batch.end(index)) : length
        const place = [batch.lineNumber(index), batch.recordNumber(index), batch.inputOffset(index)]
        seen.push(`${place.join()},${JSON.stringify(text)}`)
      }
    }
    expect(seen).toEqual(expected.seen)
  })

  test('records and lines are counted', async () => {
    expect(await countOnPool(pool, path, { workers: 2 })).toMatchObject({ count: expected.records })
    expect(await countOnPool(pool, path, { workers: 2, lines: true })).toMatchObject({
      count: expected.lines,
    })
  })

  test('a failure behind 2^32 has its right place', async () => {
    const options = { workers: 2, batchRecords: 1, exportName: 'failing' }
    const thrown = await runOnPool(pool, JOBS, path, options).catch((error: unknown) => error)
    const at =
      expected.seen
        .find((line) => line.split(',')[2] === String(2 ** 32))
        ?.split(',')
        .map(Number) ?? []
    expect(thrown).toMatchObject({
      position: { lineNumber: at[0], recordNumber: at[1], inputOffset: 2 ** 32 },
    })
  })
})

describe('rows of groups', () => {
  test('keep texts that are longer than an extent', { timeout: 120_000 }, () => {
    const keyBytes = Buffer.from('k')
    const text = Buffer.alloc(2 ** 28 + 100, 'x')
    text.write('end', text.length - 3)
    const groups = {
      keyBytes,
      keyRanges(_group: number, ranges: Uint32Array): Buffer {
        ranges.set([0, keyBytes.length])
        return keyBytes
      },
      valueOf: (_group: number, aggregate: number) => (aggregate === 0 ? text : 7),
    } as unknown as CombinedGroups
    const columns = { keyCount: 1, aggregateCount: 2 }
    const rows = new GroupRows(groups, columns, { delimiter: ',', quote: '"' }, availablePrimitives()[0])
    let pieces = 0
    for (const piece of rows.encode([0])) {
      pieces++
      expect(piece.length).toBe('k,'.length + text.length + ',7\n'.length)
      expect(piece.subarray(2, 2 + text.length).equals(text)).toBe(true)
      expect(String(piece.subarray(-3))).toBe(',7\n')
    }
    expect(pieces).toBe(1)
  })
})
