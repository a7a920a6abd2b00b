import { inputFault, openReader } from '../input/open.js'
import { allocateRecords, COLUMN_NAMES, type SampledRecords } from '../kernel/sampled-records.js'
import type { Boundary, InputPlan } from '../plan/plan.js'
import type { Prepared } from './prepare.js'

/** Take the records with the lowest hashes out of those that each worker has kept, in input order. */
export function lowestRecords(parts: readonly SampledRecords[], size: number): SampledRecords {
  const all = join(parts)
  const count = all.index.length
  const chosen = count <= size ? Uint32Array.from({ length: count }, (_, at) => at) : lowest(all, size)
  return pick(
    all,
    chosen.sort((one, other) => all.index[one] - all.index[other]),
  )
}

/** Find the records with the lowest hashes, of equal ones those that come first. */
function lowest({ high, low, index }: SampledRecords, size: number): Uint32Array<ArrayBuffer> {
  // The upper 53 bits of a hash are a double, which is sorted without calling a function.
  const keys = Float64Array.from(high, (upper, at) => upper * 2 ** 21 + (low[at] >>> 11))
  const last = keys.slice().sort()[size - 1] ?? -1
  const chosen = new Uint32Array(size)
  const equal: number[] = []
  let count = 0
  for (const [at, key] of keys.entries()) {
    if (key < last) chosen[count++] = at
    else if (key === last) equal.push(at)
  }
  equal.sort((one, other) => low[one] - low[other] || index[one] - index[other])
  chosen.set(equal.slice(0, size - count), count)
  return chosen
}

function join(parts: readonly SampledRecords[]): SampledRecords {
  const count = parts.reduce((sum, { index }) => sum + index.length, 0)
  const all = allocateRecords(count)
  let at = 0
  for (const part of parts) {
    for (const name of COLUMN_NAMES) all[name].set(part[name], at)
    at += part.index.length
  }
  return all
}

function pick(all: SampledRecords, chosen: Uint32Array): SampledRecords {
  const picked = allocateRecords(chosen.length)
  for (const name of COLUMN_NAMES) {
    const from = all[name]
    const to = picked[name]
    for (let at = 0; at < chosen.length; at++) to[at] = from[chosen[at]]
  }
  return picked
}

/** Records that are copied at a time. */
const PIECE_RECORDS = 4096
/** Bytes after which they are written though there are fewer. */
const PIECE_BYTES = 2 ** 20

const LINE_FEED = Buffer.from('\n')

/**
 * Copy records as they stand, each with a line feed, in pieces. `ends` are the boundaries behind the inputs' last blocks.
 *
 * @throws LinemillError ERR_INPUT where an input cannot be read again.
 */
export function* copyRecords(
  { plan }: Prepared,
  ends: readonly Boundary[],
  records: SampledRecords,
): Generator<Buffer> {
  const { index } = records
  let from = 0
  let inputEnd = 0
  for (const [inputIndex, input] of plan.inputs.entries()) {
    inputEnd += ends[inputIndex].records
    let until = from
    while (until < index.length && index[until] < inputEnd) until++
    if (until > from) yield* copyOfInput(input, records, from, until)
    from = until
  }
}

/** Copy records `[from, until)` of the list, which are of one input. */
function* copyOfInput(
  { handle, name }: InputPlan,
  { start, byteLength }: SampledRecords,
  from: number,
  until: number,
): Generator<Buffer> {
  const reader = openReader(handle)
  try {
    for (let next = from; next < until; ) {
      const parts: Buffer[] = []
      let pieceBytes = 0
      while (next < until && parts.length < 2 * PIECE_RECORDS && pieceBytes < PIECE_BYTES) {
        const { bytes, base } = reader.window(start[next], start[next] + byteLength[next])
        const at = start[next] - base
        // A copy: the window is valid until the next one.
        parts.push(Buffer.from(bytes.subarray(at, at + byteLength[next])), LINE_FEED)
        pieceBytes += byteLength[next++]
      }
      if (reader.isFaulted()) throw inputFault(name)
      yield Buffer.concat(parts)
    }
  } finally {
    reader.close()
  }
}
