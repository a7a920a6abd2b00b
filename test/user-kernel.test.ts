/** What a kernel passes over, and what ends it whatever the policy: a fault that is not the record's. */
import { describe, expect, test } from 'vitest'
import type { Batch } from '../dist/batch/batch.js'
import { LinemillError } from '../dist/errors.js'
import { UserKernel, type UserKernelParts } from '../dist/kernel/user-kernel.js'
import { CUT_WORDS } from '../dist/layout.js'

const RECORDS = 5

/** Throws at one of its records, which it may tell or not. */
class FailingKernel extends UserKernel {
  protected override readonly runsUsersCode: boolean
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
    this.runsUsersCode = how.runsUsersCode
  }

  protected override run(_batch: Batch, from: number, until: number): void {
    this.seen.push(`${from}-${until}`)
    if (this.seen.length > 2 * RECORDS) throw new Error('it goes round and round')
    if (this.#tellsRecord) this.context.index = from
    throw this.#thrown
  }
}

function runOver(thrown: unknown, { tellsRecord = true, runsUsersCode = true } = {}) {
  const nothing = { endBatch() {}, abortRecord() {}, inputLine() {}, beginRecord() {}, reset() {} }
  const context = { index: 0, position: () => ({}), excerpt: () => '' }
  const parts = { emitter: nothing, rejects: nothing, context, onError: 'skip', isCancelled: () => false }
  const kernel = new FailingKernel(parts as never, { thrown, tellsRecord, runsUsersCode })
  const batch = {
    recordCount: RECORDS,
    cut: new Uint32Array(CUT_WORDS),
    table: new Uint32Array(0),
    capacity: 0,
  }
  const outcome = () => kernel.process(batch as never)
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
