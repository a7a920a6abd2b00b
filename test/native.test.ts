/** Every set of primitives against a naive automaton, and the native code's own tests. */
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, test, vi } from 'vitest'
import * as fieldsLayout from '../dist/fields-layout.js'
import * as groupLayout from '../dist/group-layout.js'
import * as layout from '../dist/layout.js'
import * as numberLayout from '../dist/number-layout.js'
import * as predicateLayout from '../dist/predicate-layout.js'
import { choosePrimitives } from '../dist/primitives/choose.js'
import { loadAddon, nativePrimitives, supportedInstructionSets } from '../dist/primitives/native.js'
import { portablePrimitives } from '../dist/primitives/portable.js'
import type { Dialect, Primitives } from '../dist/primitives/primitives.js'
import * as surveyLayout from '../dist/survey-layout.js'
import { layWithoutAddon } from './without-addon.js'

const {
  FIELD_START,
  NO_BYTE,
  NO_INDEX,
  QUOTED,
  QUOTE_IN_QUOTED,
  STATE_COUNT,
  SUMMARY_BLANKS,
  SUMMARY_ENDS,
  SUMMARY_EXITS,
  SUMMARY_LINES,
  SUMMARY_WORDS,
  UNQUOTED,
} = layout

const root = fileURLToPath(new URL('..', import.meta.url))
const nativeTest = join(root, 'build/Release/native_test')

const sets: Primitives[] = [
  portablePrimitives,
  ...supportedInstructionSets().map((set: string) => nativePrimitives(set as never)),
]

const NO_TEXT = new Uint8Array(0)
const LF = 10
const CR = 13
const dialects: Dialect[] = [
  { delimiter: 44, quote: 34, skipsBlank: true },
  { delimiter: 44, quote: NO_BYTE, skipsBlank: false },
  { delimiter: NO_BYTE, quote: 34, skipsBlank: false },
  { delimiter: 9, quote: 39, skipsBlank: true },
]

/** Seeded numbers below 2^32 (mulberry32). */
function seeded(seed: number): (limit: number) => number {
  let state = seed
  return (limit) => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) % limit
  }
}

const MIXTURES = [
  'ab,"\n\r',
  'aaaaaaaaaaaa,,"\n',
  '\n\n\r',
  '""",',
  'abcdefgh,\n',
  `${'a'.repeat(30)}""\n`,
  "'\t\n",
]

function randomBytes(length: number, random: (limit: number) => number): Uint8Array {
  const mixture = MIXTURES[random(MIXTURES.length)] as string
  return Uint8Array.from({ length }, () => mixture.charCodeAt(random(mixture.length)))
}

function step(state: number, byte: number, { delimiter, quote }: Dialect): number {
  if (byte === quote) return [QUOTED, UNQUOTED, QUOTE_IN_QUOTED, QUOTED][state] as number
  if (state === QUOTED) return QUOTED
  return byte === delimiter || byte === LF ? FIELD_START : UNQUOTED
}

interface SummaryRange {
  start: number
  end: number
  contentStart: number
}

/** Follow one entry state, keeping the record so far as text; undefined where its beginning is not known. */
function naiveEntry(bytes: Uint8Array, range: SummaryRange, dialect: Dialect, entry: number) {
  const { start, end, contentStart } = range
  const isRecordStart = (at: number) => at === contentStart || bytes[at - 1] === LF
  let record: string | undefined
  if (entry === FIELD_START && isRecordStart(start)) record = ''
  if (entry === UNQUOTED && start > contentStart && bytes[start - 1] === CR && isRecordStart(start - 1)) {
    record = '\r'
  }
  let state = dialect.quote === NO_BYTE && entry !== FIELD_START ? UNQUOTED : entry
  let ends = 0
  let blanks = 0
  for (let at = start; at < end; at++) {
    const byte = bytes[at] as number
    if (byte === LF && state !== QUOTED) {
      ends++
      if (record === '' || record === '\r') blanks++
      record = ''
    } else if (record !== undefined) record += String.fromCharCode(byte)
    state = step(state, byte, dialect)
  }
  return { state, ends, blanks }
}

function naiveSummary(bytes: Uint8Array, range: SummaryRange, dialect: Dialect): number[] {
  const summary = new Array<number>(SUMMARY_WORDS).fill(0)
  summary[SUMMARY_LINES] = bytes.subarray(range.start, range.end).filter((byte) => byte === LF).length
  for (let entry = 0; entry < STATE_COUNT; entry++) {
    const { state, ends, blanks } = naiveEntry(bytes, range, dialect, entry)
    summary[SUMMARY_EXITS] = (summary[SUMMARY_EXITS] as number) | (state << (2 * entry))
    summary[SUMMARY_ENDS + entry] = ends
    summary[SUMMARY_BLANKS + entry] = blanks
  }
  return summary
}

interface NaiveCut {
  next: number
  ownEnd: number
  dataEnd: number
  isFinal: boolean
  capacity: number
  expected: number
}

/** The record at `start`: the offsets of its fields' ends, the line feed last where it has one. */
function naiveRecord(bytes: Uint8Array, start: number, dataEnd: number, dialect: Dialect) {
  const fieldEnds: number[] = []
  let state = FIELD_START
  let openQuote = NO_INDEX
  for (let at = start; at < dataEnd; at++) {
    const byte = bytes[at] as number
    if (byte === LF && state !== QUOTED) {
      return { fieldEnds: [...fieldEnds, at], hasLineFeed: true, isOpen: false, openQuote }
    }
    const before = state
    state = step(state, byte, dialect)
    if (before === FIELD_START && state === QUOTED) openQuote = at
    if (state === FIELD_START) fieldEnds.push(at)
  }
  return { fieldEnds: [...fieldEnds, dataEnd], hasLineFeed: false, isOpen: state === QUOTED, openQuote }
}

/** Cut as `cutRecords` should, into rows of `[start, end, fieldCount, ...cells of the wanted columns]`. */
function naiveCut(bytes: Uint8Array, cut: NaiveCut, dialect: Dialect, wanted: number[]) {
  const rows: number[][] = []
  let next = cut.next
  let blanks = 0
  const result = (status: number, openQuote = NO_INDEX) => {
    const ragged = rows.findIndex((row) => wanted.length > 0 && cut.expected > 0 && row[2] !== cut.expected)
    return { rows, next, status, blanks, ragged: ragged < 0 ? NO_INDEX : ragged, openQuote }
  }
  for (;;) {
    if (next >= cut.ownEnd || (cut.isFinal && next === cut.dataEnd)) return result(layout.CUT_DONE)
    const { fieldEnds, hasLineFeed, isOpen, openQuote } = naiveRecord(bytes, next, cut.dataEnd, dialect)
    const last = fieldEnds.at(-1) as number
    const end = hasLineFeed && last > next && bytes[last - 1] === CR ? last - 1 : last
    const isBlank = hasLineFeed && end === next && dialect.skipsBlank
    if (!isBlank && rows.length === cut.capacity) return result(layout.CUT_FULL)
    if (!hasLineFeed && !cut.isFinal) return result(layout.CUT_SHORT)
    if (!hasLineFeed && isOpen) return result(layout.CUT_UNCLOSED, openQuote)
    const edges = [next - 1, ...fieldEnds.slice(0, -1), end]
    const cells = wanted.flatMap((field) =>
      field < fieldEnds.length ? [(edges[field] as number) + 1, edges[field + 1] as number] : [end, end],
    )
    if (isBlank) blanks++
    else rows.push([next, end, fieldEnds.length, ...cells])
    next = hasLineFeed ? last + 1 : last
  }
}

function runCut(
  set: Primitives,
  bytes: Uint8Array,
  parameters: NaiveCut,
  dialect: Dialect,
  wanted: number[],
) {
  const cut = new Uint32Array(layout.CUT_WORDS)
  cut[layout.CUT_NEXT] = parameters.next
  cut[layout.CUT_OWN_END] = parameters.ownEnd
  cut[layout.CUT_DATA_END] = parameters.dataEnd
  cut[layout.CUT_IS_FINAL] = parameters.isFinal ? 1 : 0
  cut[layout.CUT_DELIMITER] = dialect.delimiter
  cut[layout.CUT_QUOTE] = dialect.quote
  cut[layout.CUT_SKIPS_BLANK] = dialect.skipsBlank ? 1 : 0
  cut[layout.CUT_CAPACITY] = parameters.capacity
  cut[layout.CUT_WANTED] = wanted.length
  cut[layout.CUT_EXPECTED] = parameters.expected
  const { capacity } = parameters
  const table = new Uint32Array(layout.tableWords(capacity, wanted.length))
  set.cutRecords(bytes, cut, Uint32Array.from(wanted), table)
  const rows = Array.from({ length: cut[layout.CUT_COUNT] as number }, (_, row) =>
    Array.from({ length: 3 + 2 * wanted.length }, (_, column) => table[column * capacity + row] as number),
  )
  const status = cut[layout.CUT_STATUS]
  const openQuote = status === layout.CUT_UNCLOSED ? cut[layout.CUT_OPEN_QUOTE] : NO_INDEX
  const [next, blanks, ragged] = [cut[layout.CUT_NEXT], cut[layout.CUT_BLANKS], cut[layout.CUT_RAGGED]]
  return { rows, next, status, blanks, ragged, openQuote }
}

/** Without wanted columns field counts are not looked at. */
function withoutCounts<Result extends { rows: number[][] }>(result: Result): Result {
  return { ...result, rows: result.rows.map(([start, end]) => [start, end] as number[]) }
}

describe.each(sets)('$instructionSet', (set) => {
  test('summarises every length at every alignment as the automaton does', () => {
    const random = seeded(1)
    const summary = new Uint32Array(SUMMARY_WORDS)
    for (let length = 0; length <= 200; length++) {
      for (let round = 0; round < 12; round++) {
        const start = random(66)
        const bytes = randomBytes(start + length + random(70), random)
        const range = {
          start,
          end: start + length,
          contentStart: [0, start, -5][random(start < 2 ? 2 : 3)] as number,
        }
        const dialect = dialects[random(dialects.length)] as Dialect
        set.summarize(bytes, range, dialect, summary)
        expect([...summary], show(bytes, range, dialect)).toEqual(naiveSummary(bytes, range, dialect))
      }
    }
  })

  test('finds record starts as the automaton does', () => {
    const random = seeded(2)
    for (let limit = 0; limit <= 200; limit++) {
      for (let state = 0; state < STATE_COUNT; state++) {
        const bytes = randomBytes(limit + random(9), random)
        const from = random(limit + 1)
        const dialect = dialects[random(dialects.length)] as Dialect
        let expected = limit
        for (let end = limit; end > from; end--) {
          const { ends } = naiveEntry(bytes, { start: from, end, contentStart: 0 }, dialect, state)
          if (ends > 0) expected = end
        }
        const found = set.findRecordStart(bytes, { from, limit, state }, dialect)
        expect(found, show(bytes, { from, limit, state }, dialect)).toBe(expected)
      }
    }
  })

  test.each([[[]], [[0, 1, 2]], [[1]], [[2, 7, 5000]]])('cuts records with wanted columns %j', (wanted) => {
    const random = seeded(3)
    const trim = wanted.length === 0 ? withoutCounts : <Result>(result: Result) => result
    for (let length = 0; length <= 200; length++) {
      for (let round = 0; round < 8; round++) {
        const next = random(70)
        const bytes = randomBytes(next + length + random(70), random)
        const parameters = {
          next,
          ownEnd: next + random(length + 10),
          dataEnd: next + length,
          isFinal: random(2) === 0,
          capacity: random(2) === 0 ? 1 + random(4) : length + 1,
          expected: random(4),
        }
        const dialect = dialects[random(dialects.length)] as Dialect
        const found = runCut(set, bytes, parameters, dialect, wanted)
        const expected = naiveCut(bytes, parameters, dialect, wanted)
        expect(trim(found), show(bytes, parameters, dialect)).toEqual(trim(expected))
      }
    }
  })

  test('cuts records with more fields than a list of field ends holds', () => {
    const wide = Array.from({ length: 9000 }, (_, field) => `f${field}`).join(',')
    const bytes = Buffer.from(`a,b\n${wide}\nc,d\n${wide}`)
    const parameters = {
      next: 0,
      ownEnd: bytes.length,
      dataEnd: bytes.length,
      isFinal: true,
      capacity: 9,
      expected: 2,
    }
    const wanted = [0, 1, 8999]
    const dialect = dialects[0] as Dialect
    expect(runCut(set, bytes, parameters, dialect, wanted)).toEqual(
      naiveCut(bytes, parameters, dialect, wanted),
    )
  })

  test('copies extents into rooms of any size, call after call', () => {
    const random = seeded(4)
    for (let round = 0; round < 300; round++) {
      const bytes = randomBytes(400, random)
      const extents: number[] = []
      const expected: number[] = []
      for (let count = random(20); count > 0; count--) {
        const offset = random(401)
        const length = random(Math.min(90, 401 - offset))
        const then = random(3)
        extents.push(offset, (length | (then << 30)) >>> 0)
        expected.push(...bytes.subarray(offset, offset + length), ...[[], [59], [LF]][then]!)
      }
      expect(copyAll(set, bytes, Uint32Array.from(extents), 1 + random(300))).toEqual(expected)
    }
  })

  test('counts line feeds and finds bytes that are not ASCII, wherever they are', () => {
    const random = seeded(5)
    const bytes = randomBytes(900, random)
    for (let length = 0; length <= 600; length++) {
      const start = random(70)
      const lines = bytes.subarray(start, start + length).filter((byte) => byte === LF).length
      expect(set.countLineFeeds(bytes, start, start + length)).toBe(lines)
      expect(set.isAscii(bytes, start, start + length)).toBe(true)
      if (length === 0) continue
      const at = start + random(length)
      const before = bytes[at] as number
      bytes[at] = 128 + random(128)
      expect(set.isAscii(bytes, start, start + length)).toBe(false)
      expect(set.isAscii(bytes, at + 1, start + length)).toBe(true)
      bytes[at] = before
    }
  })

  test('reads and writes a SharedArrayBuffer', () => {
    const bytes = new Uint8Array(new SharedArrayBuffer(300)).fill(LF)
    expect(set.countLineFeeds(bytes.subarray(7), 0, 290)).toBe(290)
    const copy = Uint32Array.of(0, 1, 0, 5, 300, 44, 0, 0)
    const target = new Uint8Array(new SharedArrayBuffer(300))
    set.copyExtents(bytes, Uint32Array.of(0, 100), copy, target, NO_TEXT)
    expect(target.subarray(5, 105).every((byte) => byte === LF)).toBe(true)
  })
})

/** Copy with the target in pieces of `room` bytes, as slots are. */
function copyAll(set: Primitives, bytes: Uint8Array, extents: Uint32Array, room: number): number[] {
  const copy = new Uint32Array(layout.COPY_WORDS)
  copy[layout.COPY_COUNT] = extents.length / layout.EXTENT_WORDS
  copy[layout.COPY_DELIMITER] = 59
  const copied: number[] = []
  for (;;) {
    const target = new Uint8Array(room + 10).fill(1)
    copy[layout.COPY_TARGET] = 3
    copy[layout.COPY_TARGET_END] = room + 3
    set.copyExtents(bytes, extents, copy, target, NO_TEXT)
    copied.push(...target.subarray(3, copy[layout.COPY_TARGET]))
    expect([...target.subarray(0, 3), ...target.subarray(room + 3)]).toEqual(new Array(10).fill(1))
    if (copy[layout.COPY_FIRST] === copy[layout.COPY_COUNT]) return copied
    expect(copy[layout.COPY_TARGET]).toBe(room + 3)
  }
}

/** A table of a record of nine bytes, and of one that ends before it starts. */
const TWO_RECORDS = Uint32Array.of(0, 5, 9, 4)

/** Parameters to copy so many of TWO_RECORDS. */
function copyOf(count: number, targetEnd: number): Uint32Array {
  const copy = new Uint32Array(layout.COPY_WORDS)
  copy[layout.COPY_COUNT] = count
  copy[layout.COPY_TARGET_END] = targetEnd
  copy[layout.COPY_CAPACITY] = 2
  return copy
}

function show(bytes: Uint8Array, parameters: object, dialect: Dialect): string {
  return JSON.stringify({ text: Buffer.from(bytes).toString('latin1'), parameters, dialect })
}

describe('addon', () => {
  test('has the layout of layout.ts', () => {
    const shared =
      /^(SUMMARY|CUT|EXTENT|COPY|NO|NUMBER|SUMS|ADD|PREDICATE|TEST|SELECT|SELECTED|MATCHER|NAMES?|MEMBERS?|PLACE|GROUP|MOST|KEY|ASSIGN|HASH|SURVEY|FIELDS|FILE_BLOCKS|RUN)_|^(FIELD_START|UNQUOTED|QUOTED|QUOTE_IN_QUOTED|STATE_COUNT)$/
    const constants = Object.entries({
      ...layout,
      ...numberLayout,
      ...predicateLayout,
      ...groupLayout,
      ...surveyLayout,
      ...fieldsLayout,
    }).filter(([name, value]) => typeof value === 'number' && shared.test(name))
    expect(loadAddon()?.layout).toEqual(Object.fromEntries(constants))
  })

  test('refuses arguments outside of what it was given', () => {
    const set = nativePrimitives()
    const bytes = new Uint8Array(100)
    const cut = new Uint32Array(layout.CUT_WORDS)
    cut[layout.CUT_DATA_END] = 100
    cut[layout.CUT_CAPACITY] = 10
    const none = new Uint32Array(0)
    const summary = new Uint32Array(SUMMARY_WORDS)
    const dialect = dialects[0] as Dialect
    const calls: (() => unknown)[] = [
      () => set.isAscii(bytes, 0, 101),
      () => set.countLineFeeds(bytes, 5, 4),
      () => set.countLineFeeds(new Uint16Array(8) as never, 0, 8),
      () => set.summarize(bytes, { start: 0, end: 101, contentStart: 0 }, dialect, summary),
      () => set.summarize(bytes, { start: 1, end: 10, contentStart: -1 }, dialect, summary),
      () => set.summarize(bytes, { start: 1, end: 10, contentStart: 0 }, dialect, summary.subarray(1)),
      () => set.findRecordStart(bytes, { from: 0, limit: 10, state: 4 }, dialect),
      () => set.cutRecords(bytes.subarray(1), cut, none, new Uint32Array(30)),
      () => set.cutRecords(bytes, cut, none, new Uint32Array(29)),
      () => set.cutRecords(bytes, cut, none, new Uint8Array(120) as never),
      () =>
        set.copyExtents(
          bytes,
          Uint32Array.of(90, 11),
          Uint32Array.of(0, 1, 0, 0, 100, 0, 0, 0),
          bytes,
          NO_TEXT,
        ),
      () =>
        set.copyExtents(
          bytes,
          Uint32Array.of(0, 5),
          Uint32Array.of(0, 2, 0, 0, 100, 0, 0, 0),
          bytes,
          NO_TEXT,
        ),
      () =>
        set.copyExtents(
          bytes,
          Uint32Array.of(0, 5),
          Uint32Array.of(0, 1, 0, 0, 101, 0, 0, 0),
          bytes,
          NO_TEXT,
        ),
      // A record behind the table's, one that ends behind the bytes, one before its start; a list, a table and a target that are short.
      () => set.copyRecords(bytes, Uint32Array.of(0, 0, 9, 9, 9), Uint32Array.of(2), copyOf(1, 100), bytes),
      () => set.copyRecords(bytes.subarray(0, 8), TWO_RECORDS, Uint32Array.of(0), copyOf(1, 8), bytes),
      () => set.copyRecords(bytes, TWO_RECORDS, Uint32Array.of(1), copyOf(1, 100), bytes),
      () => set.copyRecords(bytes, TWO_RECORDS, Uint32Array.of(0), copyOf(2, 100), bytes),
      () => set.copyRecords(bytes, TWO_RECORDS.subarray(0, 3), Uint32Array.of(0), copyOf(1, 100), bytes),
      () => set.copyRecords(bytes, TWO_RECORDS, Uint32Array.of(0), copyOf(1, 101), bytes),
      // Places that are no power of two, or too few; a range behind the groups, a group without a count.
      () =>
        set.movePlaces(
          new Uint32Array(groupLayout.PLACE_WORDS),
          new Uint32Array(3 * groupLayout.PLACE_WORDS),
        ),
      () =>
        set.movePlaces(
          new Uint32Array(2 * groupLayout.PLACE_WORDS),
          new Uint32Array(2 * groupLayout.PLACE_WORDS),
        ),
      () => set.countGroups(Uint32Array.of(0, 0), 0, 3, new Float64Array(1)),
      () => set.countGroups(Uint32Array.of(0, 1), 0, 2, new Float64Array(1)),
    ]
    for (const call of calls) expect(call, String(call)).toThrow(RangeError)
  })

  test('passes its own tests, which can fail', () => {
    expect(execFileSync(nativeTest, { encoding: 'utf8' })).toContain('mapping')
    expect(spawnSync(nativeTest, ['fail']).status).toBe(1)
    expect(spawnSync(nativeTest, ['overread']).signal).toBe('SIGSEGV')
  })
})

describe('choosePrimitives', () => {
  afterEach(() => vi.unstubAllEnvs())

  test('takes the widest native set', () => {
    vi.stubEnv('LINEMILL_PRIMITIVES', '')
    expect(choosePrimitives('auto').instructionSet).toBe(supportedInstructionSets()[0])
    expect(choosePrimitives('native').instructionSet).toBe(supportedInstructionSets()[0])
  })

  test('takes what the caller, then the environment asks for', () => {
    vi.stubEnv('LINEMILL_PRIMITIVES', 'scalar')
    expect(choosePrimitives('auto').instructionSet).toBe('scalar')
    expect(choosePrimitives('portable').instructionSet).toBe('portable')
    vi.stubEnv('LINEMILL_PRIMITIVES', 'fastest')
    expect(() => choosePrimitives('auto')).toThrow(/LINEMILL_PRIMITIVES is 'fastest', expected one of auto/)
  })

  test('refuses a set that the processor has not', () => {
    const missing = process.arch === 'arm64' ? 'avx2' : 'neon'
    expect(() => choosePrimitives(missing)).toThrow(expect.objectContaining({ code: 'ERR_USAGE' }))
  })

  test('falls back with one warning where the addon does not load', () => {
    const folder = mkdtempSync(join(tmpdir(), 'linemill-'))
    try {
      layWithoutAddon(folder)
      const script = `
        import { choosePrimitives } from './dist/primitives/choose.js'
        const sets = [choosePrimitives('auto', { warn: false })]
        process.stderr.write('silent so far\\n')
        sets.push(choosePrimitives('auto'), choosePrimitives('auto'))
        console.log(sets.map((set) => set.instructionSet).join())
        try { choosePrimitives('native') } catch (error) { console.log(error.code) }
      `
      const args = ['--input-type=module', '-e', script]
      const env = { ...process.env, LINEMILL_PRIMITIVES: '', LINEMILL_PREBUILD: '' }
      const { stdout, stderr } = spawnSync(process.execPath, args, { cwd: folder, env, encoding: 'utf8' })
      expect(stdout).toBe('portable,portable,portable\nERR_USAGE\n')
      expect(stderr).toMatch(/^silent so far\n.*LINEMILL_PORTABLE.*npm run build:native --prefix/)
      expect(stderr.match(/does not load/g)).toHaveLength(1)
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
})
