/** Records with their hashes, as struct of arrays. */
export interface SampledRecords {
  /** The halves of each record's hash. */
  readonly high: Uint32Array
  readonly low: Uint32Array
  /** Its number in the run, from 0. */
  readonly index: Float64Array
  /** Where it lies in its input. */
  readonly start: Float64Array
  readonly byteLength: Uint32Array
}

export const COLUMN_NAMES = ['high', 'low', 'index', 'start', 'byteLength'] as const

export function allocateRecords(capacity: number): SampledRecords {
  return {
    high: new Uint32Array(capacity),
    low: new Uint32Array(capacity),
    index: new Float64Array(capacity),
    start: new Float64Array(capacity),
    byteLength: new Uint32Array(capacity),
  }
}
