/** What a kernel passes over, and what ends it whatever the policy: a fault that is not the record's. */
import { describe, expect, test } from 'vitest'
import type { Batch } from '../dist/batch/batch.js'
import { LinemillError } from '../dist/errors.js'
import { FilterKernel } from '../dist/kernel/filter-kernel.js'
import { RecordSelector } from '../dist/kernel/record-selector.js'
import { UserKernel, type UserKernelParts } from '../dist/kernel/user-kernel.js'
import { WhereKernel } from '../dist/kernel/where-kernel.js'
import { CUT_WORDS } from '../dist/layout.js'
import { SELECT_COUNT } from '../dist/predicate-layout.js'

const RECORDS = 5

/** Throws at one of its records, which it may tell or not. */
class FailingKernel extends UserKernel {
  readonly #runsUsersCode: boolean
  readonly seen: string[] = []
  readonly #thrown: unknown
  readonly #tellsRecord: boolean

  constructor(
    parts: UserKernelParts,
    how: { thrown: unknown; tellsRecord: boolean; runsUsersCode: boolean },
  ) {
    super(parts)
    this.#thrown = how.thrown
    this.#tellsRecord = how.tellsRecord
    this.#runsUsersCode = how.runsUsersCode
  }

  protected override get runsUsersCode(): boolean {
    return this.#runsUsersCode
  }

  protected override run(_batch: Batch, from: number, until: number): void {
    this.seen.push(`${from}-${until}`)
    if (this.seen.length > 2 * RECORDS) throw new Error('it goes round and round')
    if (this.#tellsRecord) this.context.index = from
    throw this.#thrown
  }
}

const CONTROL = { isCancelled: () => false }
const CONTEXT = { index: 0, position: () => ({}), excerpt: () => '' }
const NOTHING = { endBatch() {}, abortRecord() {}, inputLine() {}, beginRecord() {}, reset() {} }
const BATCH = {
  recordCount: RECORDS,
  cut: new Uint32Array(CUT_WORDS),
  table: new Uint32Array(0),
  capacity: RECORDS,
}

function runOver(thrown: unknown, { tellsRecord = true, runsUsersCode = true } = {}) {
  const parts = {
    emitter: NOTHING,
    rejects: NOTHING,
    context: { ...CONTEXT },
    onError: 'skip',
    control: CONTROL,
  }
  const kernel = new FailingKernel(parts as never, { thrown, tellsRecord, runsUsersCode })
  const outcome = () => kernel.process(BATCH as never)
  return { kernel, outcome }
}

const error = (code: ConstructorParameters<typeof LinemillError>[0]) => new LinemillError(code, 'told')

describe('with onError skip', () => {
  test.each([
    ['ERR_VALUE', error('ERR_VALUE'), {}],
    ['ERR_RAGGED', error('ERR_RAGGED'), {}],
    ["what a user's function throws", new TypeError('theirs'), {}],
    ['also where nobody says which record it is', error('ERR_VALUE'), { tellsRecord: false }],
  ])('%s is passed over, record by record', (_what, thrown, how) => {
    const { kernel, outcome } = runOver(thrown, how)
    outcome()
    expect([kernel.errors, kernel.seen]).toEqual([5, ['0-5', '1-5', '2-5', '3-5', '4-5']])
  })

  test.each([
    ['ERR_RESOURCE', error('ERR_RESOURCE'), {}],
    ['ERR_INPUT', error('ERR_INPUT'), {}],
    ['ERR_USER_FUNCTION', error('ERR_USER_FUNCTION'), {}],
    ["what linemill's own code throws", new RangeError('ours'), { runsUsersCode: false }],
  ])('%s ends the run', (_what, thrown, how) => {
    const { kernel, outcome } = runOver(thrown, how)
    expect(outcome).toThrow(thrown instanceof LinemillError ? 'told' : 'ours')
    expect([kernel.errors, kernel.seen]).toEqual([0, ['0-5']])
  })
})

type Select = (select: Uint32Array, selected: Uint32Array) => void

/** A selector; `holds` is its function, if it has one. */
function selectorBy(selectRecords: Select, holds?: (record: number) => boolean): RecordSelector {
  const primitives = {
    selectRecords: (...[, , , select, selected]: Uint32Array[]) => selectRecords(select, selected),
  }
  return new RecordSelector({
    batch: BATCH as never,
    primitives: primitives as never,
    expression: { program: new Uint32Array(0) } as never,
    functions: { whole: undefined, rest: holds && ({ holds, useBatch() {} } as never) },
  })
}

function skippingParts(emitter: object) {
  const parts = { emitter: { ...NOTHING, ...emitter }, rejects: undefined, context: { ...CONTEXT } }
  return { ...parts, onError: 'skip', control: CONTROL } as never
}

/** A filter that skips what fails. */
function filterBy(selectRecords: Select, emitter: object, holds?: (record: number) => boolean) {
  const description = { isInverted: false, isCount: false } as never
  const kernel = new FilterKernel(skippingParts(emitter), description, selectorBy(selectRecords, holds))
  return { kernel, outcome: () => kernel.process(BATCH as never) }
}

/** Select all records natively. */
function selectAll(select: Uint32Array, selected: Uint32Array): void {
  selected.set([...selected.keys()])
  select[SELECT_COUNT] = RECORDS
}

function fail(): never {
  throw new RangeError('ours')
}

describe('a filter with onError skip', () => {
  test('passes over what its function throws', () => {
    const { kernel, outcome } = filterBy(selectAll, { inputLines() {} }, (record) => {
      if (record % 2 === 0) throw new TypeError('theirs')
      return true
    })
    outcome()
    expect([kernel.errors, kernel.passed]).toEqual([3, 2])
  })

  test.each([
    ['finds records', filterBy(fail, {})],
    ['copies all that pass', filterBy(selectAll, { inputRecords: fail })],
    ['copies those that its function lets pass', filterBy(selectAll, { inputLines: fail }, () => true)],
  ])('ends where what %s fails', (_what, { kernel, outcome }) => {
    expect(outcome).toThrow('ours')
    expect(kernel.errors).toBe(0)
  })

  test('ends where copying fails behind a record at which its function failed', () => {
    const { kernel, outcome } = filterBy(selectAll, { inputLines: fail }, (record) => {
      if (record === 0) throw new TypeError('theirs')
      return true
    })
    expect(outcome).toThrow('ours')
    expect(kernel.errors).toBe(1)
  })
})

describe('a condition with onError skip', () => {
  test.each([
    ['selecting', fail, () => undefined],
    ['the kernel behind it', selectAll, fail],
  ])('ends where %s fails', (_what, selectRecords, process) => {
    const selected = { recordCount: RECORDS, clear() {}, add() {}, fill() {} } as never
    const kernel = { process, errors: 0 } as never
    const own = { selector: selectorBy(selectRecords, () => true), firstColumn: 0, selected, kernel }
    const where = new WhereKernel(skippingParts({}), own)
    expect(() => where.process(BATCH as never)).toThrow('ours')
    expect(where.errors).toBe(0)
  })
})
