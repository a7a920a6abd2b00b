import type { Batch } from '../batch/batch.js'
import { LinemillError } from '../errors.js'
import { CUT_EXPECTED, CUT_RAGGED, CUT_WANTED, NO_INDEX } from '../layout.js'

/** Index of the first record at or behind `from` that has not as many fields as it should; `recordCount` if none. */
export function nextRagged(batch: Batch, from: number): number {
  const { cut, table, capacity, recordCount } = batch
  const first = cut[CUT_RAGGED]
  if (cut[CUT_WANTED] === 0 || first === NO_INDEX || first >= recordCount) return recordCount
  let index = Math.max(from, first)
  while (index < recordCount && table[2 * capacity + index] === cut[CUT_EXPECTED]) index++
  return index
}

/** Make the error about a record that has not as many fields as it should; the caller adds the position. */
export function raggedError(batch: Batch, index: number): LinemillError {
  const found = batch.table[2 * batch.capacity + index]
  const expected = batch.cut[CUT_EXPECTED]
  return new LinemillError(
    'ERR_RAGGED',
    `expected ${expected} ${expected === 1 ? 'field' : 'fields'}, found ${found}`,
  )
}
