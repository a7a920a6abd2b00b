// One call of each primitive, over a batch of clicks or of lines of JSON.
import { compileExpression } from '../dist/expression/compile.js'
import { bindProgram } from '../dist/expression/program.js'
import * as fieldsLayout from '../dist/fields-layout.js'
import { writeNames } from '../dist/format/members.js'
import * as groupLayout from '../dist/group-layout.js'
import * as layout from '../dist/layout.js'
import * as numberLayout from '../dist/number-layout.js'
import * as predicateLayout from '../dist/predicate-layout.js'
import { portablePrimitives } from '../dist/primitives/portable.js'
import * as surveyLayout from '../dist/survey-layout.js'

const RECORDS = 4096
const BLOCK_BYTES = 2 ** 20
const CLICKS = { delimiter: 44, quote: 34, skipsBlank: true }
const LINES = { delimiter: layout.NO_BYTE, quote: layout.NO_BYTE, skipsBlank: true }
const COLUMNS = ['user_id', 'item_id', 'behavior_type', 'user_geohash', 'item_category', 'time']
const [USER, , BEHAVIOR, , CATEGORY, TIME] = COLUMNS.map((_, column) => (3 + 2 * column) * RECORDS)
const MEMBERS = ['status', 'path']
const NONE = new Uint32Array(0)

/** What records are copied to. */
const target = new Uint8Array(128 * RECORDS)

/**
 * The calls: of how many items each makes how many nanoseconds, and what it gives.
 *
 * @param {{ clicks: Buffer, json: Buffer }} inputs
 * @returns {{ name: string, item: string, items: number, run: (set: object) => unknown }[]}
 */
export function makeCalls({ clicks, json }) {
  const table = cut(portablePrimitives, makeClicks(clicks))
  return [
    ...callsOnBytes(clicks),
    ...callsOfNumbers(clicks, table),
    ...callsOfCopying(clicks, table),
    ...callsOfGroups(clicks, table),
    ...callsOfMembers(json),
  ]
}

function call(name, item, items, run) {
  return { name, item, items, run }
}

function callsOnBytes(bytes) {
  const firstRecord = bytes.indexOf(10) + 1
  const summary = new Uint32Array(layout.SUMMARY_WORDS)
  const block = { start: firstRecord, end: firstRecord + BLOCK_BYTES, contentStart: firstRecord }
  const from = { from: firstRecord, limit: bytes.length, state: layout.UNQUOTED }
  const cutting = makeClicks(bytes)
  return [
    call('summarize', 'byte', BLOCK_BYTES, (set) => {
      set.summarize(bytes, block, CLICKS, summary)
      return summary
    }),
    call('countLineFeeds', 'byte', BLOCK_BYTES, (set) => set.countLineFeeds(bytes, 0, BLOCK_BYTES)),
    call('isAscii', 'byte', BLOCK_BYTES, (set) => set.isAscii(bytes, 0, BLOCK_BYTES)),
    call('findRecordStart', 'call', 1, (set) => set.findRecordStart(bytes, from, CLICKS)),
    call('cutRecords, 6 columns', 'record', RECORDS, (set) => cut(set, cutting)),
  ]
}

function callsOfNumbers(bytes, table) {
  const integers = new Int32Array(RECORDS)
  const values = new Float64Array(RECORDS)
  const kinds = new Uint8Array(RECORDS)
  const columnOf = (word) => ({ word, capacity: RECORDS, quote: CLICKS.quote, from: 0, until: RECORDS })
  const range = { ...columnOf(USER), min: 0, max: 999_999_999 }
  const numbers = new Float64Array(RECORDS)
  const numberKinds = new Uint8Array(RECORDS)
  portablePrimitives.parseNumbers(bytes, table, columnOf(USER), numbers, numberKinds)
  const groups = Uint32Array.from(numbers, (number) => number % 400)
  const survey = new Uint32Array(surveyLayout.SURVEY_WORDS)
  const hashes = new Uint32Array(surveyLayout.SURVEY_HASH_WORDS * RECORDS)
  return [
    call('parseIntegers', 'field', RECORDS, (set) => {
      set.parseIntegers(bytes, table, range, integers)
      return integers
    }),
    call('parseNumbers', 'field', RECORDS, (set) => {
      set.parseNumbers(bytes, table, columnOf(USER), values, kinds)
      return [values, kinds]
    }),
    call('addNumbers, 400 groups, zeros first', 'number', RECORDS, (set) =>
      addNumbers(set, numbers, numberKinds, groups),
    ),
    call('countGroups, 400 groups', 'record', RECORDS, (set) => {
      const counts = new Float64Array(400)
      set.countGroups(groups, 0, RECORDS, counts)
      return counts
    }),
    call('surveyFields', 'field', RECORDS, (set) => {
      survey.set([0, RECORDS, TIME, RECORDS, CLICKS.quote])
      set.surveyFields(bytes, table, survey, hashes)
      return [survey, hashes]
    }),
  ]
}

const sums = new Uint32Array(numberLayout.SUMS_WORDS * 400)
const left = new Uint32Array(RECORDS)

function addNumbers(set, numbers, kinds, groups) {
  sums.fill(0)
  const add = new Uint32Array(numberLayout.ADD_WORDS)
  add[numberLayout.ADD_UNTIL] = RECORDS
  add[numberLayout.ADD_ROOM] = 400
  set.addNumbers(numbers, kinds, groups, sums, add, left)
  return [sums, add]
}

function callsOfCopying(bytes, table) {
  const extentOf = (describe) =>
    Uint32Array.from({ length: 2 * RECORDS }, (_, word) => {
      const start = table[USER + (word >> 1)]
      return describe(start, table[USER + RECORDS + (word >> 1)])[word & 1]
    })
  const fields = extentOf((start, end) => [start, (end - start) | layout.EXTENT_THEN_DELIMITER])
  const integers = extentOf((start, end) => [
    Number(bytes.latin1Slice(start, end)),
    layout.EXTENT_OF_INTEGER | layout.EXTENT_THEN_LINE_FEED,
  ])
  const every = Uint32Array.from({ length: RECORDS / 2 }, (_, index) => 2 * index)
  return [
    call('copyExtents, fields', 'field', RECORDS, (set) =>
      copy(RECORDS, (words) => set.copyExtents(bytes, fields, words, target, target.subarray(0, 0))),
    ),
    call('copyExtents, integers', 'integer', RECORDS, (set) =>
      copy(RECORDS, (words) => set.copyExtents(bytes, integers, words, target, target.subarray(0, 0))),
    ),
    call('copyRecords, every other one', 'record', RECORDS / 2, (set) =>
      copy(RECORDS / 2, (words) => set.copyRecords(bytes, table, every, words, target)),
    ),
    call('copyFields, 3 columns', 'record', RECORDS, (set) => copyFields(set, bytes, table)),
  ]
}

/** Copy a list of so many; gives what was copied. */
function copy(count, run) {
  const words = new Uint32Array(layout.COPY_WORDS)
  words[layout.COPY_COUNT] = count
  words[layout.COPY_TARGET_END] = target.length
  words[layout.COPY_DELIMITER] = CLICKS.delimiter
  words[layout.COPY_CAPACITY] = RECORDS
  run(words)
  if (words[layout.COPY_FIRST] !== count) throw new Error('what is copied to has no room')
  return target.subarray(0, words[layout.COPY_TARGET])
}

function copyFields(set, bytes, table) {
  const runs = [USER, USER, CATEGORY, CATEGORY, TIME, TIME]
  const fields = new Uint32Array(fieldsLayout.FIELDS_WORDS + runs.length)
  fields[fieldsLayout.FIELDS_END] = RECORDS
  fields[fieldsLayout.FIELDS_CAPACITY] = RECORDS
  fields[fieldsLayout.FIELDS_TARGET_END] = target.length
  fields[fieldsLayout.FIELDS_DELIMITER] = fields[fieldsLayout.FIELDS_INPUT_DELIMITER] = CLICKS.delimiter
  fields[fieldsLayout.FIELDS_QUOTE] = fields[fieldsLayout.FIELDS_INPUT_QUOTE] = CLICKS.quote
  fields[fieldsLayout.FIELDS_RUNS] = runs.length / 2
  fields.set(runs, fieldsLayout.FIELDS_WORDS)
  set.copyFields(bytes, table, fields, target)
  if (fields[fieldsLayout.FIELDS_NEXT] !== RECORDS) throw new Error('what is copied to has no room')
  return target.subarray(0, fields[fieldsLayout.FIELDS_TARGET])
}

const PLACES = 2 ** 14

/** Records for which an expression over one column, or the line, holds. */
function callOfSelection(what, expression, bytes, table) {
  const { compiled } = compileExpression(expression, { names: COLUMNS, format: 'csv' })
  const place = { capacity: RECORDS, slots: [(BEHAVIOR / RECORDS - 3) / 2], quote: CLICKS.quote }
  const program = bindProgram(compiled.program, place)
  const selected = new Uint32Array(RECORDS)
  return call(`selectRecords, ${what}`, 'record', RECORDS, (set) => {
    const select = new Uint32Array(predicateLayout.SELECT_WORDS)
    select[predicateLayout.SELECT_END] = select[predicateLayout.SELECT_CAPACITY] = RECORDS
    set.selectRecords(bytes, table, program, select, selected)
    return selected.subarray(0, select[predicateLayout.SELECT_COUNT])
  })
}

function callsOfGroups(bytes, table) {
  const known = makeStore()
  assign(portablePrimitives, bytes, table, known)
  const larger = new Uint32Array(4 * groupLayout.PLACE_WORDS * PLACES)
  return [
    callOfSelection('a number', 'behavior_type === 4', bytes, table),
    callOfSelection('a regular expression', '/[a-f]x|[0-9]{9},4/.test(line)', bytes, table),
    call('assignGroups, known keys', 'record', RECORDS, (set) => assign(set, bytes, table, known)),
    call('movePlaces, zeros first', 'place', PLACES, (set) => {
      set.movePlaces(known.store.places, larger.fill(0))
      return larger
    }),
  ]
}

function makeStore() {
  const assign = new Uint32Array(groupLayout.ASSIGN_WORDS)
  assign[groupLayout.ASSIGN_PLACES] = PLACES
  assign[groupLayout.ASSIGN_MOST] = RECORDS
  assign[groupLayout.ASSIGN_KEYS] = 1
  assign[groupLayout.ASSIGN_END] = assign[groupLayout.ASSIGN_CAPACITY] = RECORDS
  const store = {
    places: new Uint32Array(groupLayout.PLACE_WORDS * PLACES),
    groups: new Uint32Array(groupLayout.GROUP_WORDS * RECORDS),
    keyBytes: new Uint8Array(32 * RECORDS),
  }
  return { assign, store }
}

const ids = new Uint32Array(RECORDS)

function assign(set, bytes, table, { assign, store }) {
  assign[groupLayout.ASSIGN_NEXT] = 0
  set.assignGroups(bytes, table, Uint32Array.of(CATEGORY, CLICKS.quote), assign, store, ids)
  if (assign[groupLayout.ASSIGN_NEXT] !== RECORDS) throw new Error('groups have no room')
  return ids
}

function callsOfMembers(bytes) {
  const names = writeNames(MEMBERS)
  const table = new Uint32Array(layout.tableWords(RECORDS, MEMBERS.length))
  cut(portablePrimitives, { bytes, first: 0, dialect: LINES, columns: 0, table })
  return [
    call('cutMembers, 2 members', 'record', RECORDS, (set) => {
      const members = Uint32Array.of(0, RECORDS, RECORDS)
      set.cutMembers(bytes, names, members, table)
      return table
    }),
  ]
}

function makeClicks(bytes) {
  const table = new Uint32Array(layout.tableWords(RECORDS, COLUMNS.length))
  return { bytes, first: bytes.indexOf(10) + 1, dialect: CLICKS, columns: COLUMNS.length, table }
}

/** Cut a batch of records; gives its table. */
function cut(set, { bytes, first, dialect, columns, table }) {
  const words = new Uint32Array(layout.CUT_WORDS)
  words[layout.CUT_NEXT] = first
  words[layout.CUT_OWN_END] = words[layout.CUT_DATA_END] = bytes.length
  words[layout.CUT_DELIMITER] = dialect.delimiter
  words[layout.CUT_QUOTE] = dialect.quote
  words[layout.CUT_SKIPS_BLANK] = 1
  words[layout.CUT_CAPACITY] = RECORDS
  words[layout.CUT_WANTED] = columns
  words[layout.CUT_EXPECTED] = columns
  set.cutRecords(bytes, words, columns > 0 ? Uint32Array.of(...COLUMNS.keys()) : NONE, table)
  return table
}
