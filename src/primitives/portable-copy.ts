import {
  COPY_CAPACITY,
  COPY_COUNT,
  COPY_DELIMITER,
  COPY_FIRST,
  COPY_SKIP,
  COPY_TARGET,
  COPY_TARGET_END,
  EXTENT_LENGTH_MASK,
  EXTENT_OF_INTEGER,
  EXTENT_OF_TEXT,
  EXTENT_THEN_DELIMITER,
  EXTENT_THEN_LINE_FEED,
  EXTENT_WORDS,
} from '../layout.js'

/** Below this, a loop is cheaper than the view that `set` needs. */
const SHORT_COPY_BYTES = 48

const LINE_FEED = 10

/** Room for any int32. */
const integer = Buffer.alloc(11)

/** The plain twins of the native copyExtents and copyRecords; see portable.ts. */
export function copyExtents(
  bytes: Uint8Array,
  extents: Uint32Array,
  copy: Uint32Array,
  target: Uint8Array,
  text: Uint8Array,
): void {
  const count = copy[COPY_COUNT]
  const targetEnd = copy[COPY_TARGET_END]
  let index = copy[COPY_FIRST]
  let skip = copy[COPY_SKIP]
  let to = copy[COPY_TARGET]
  for (; index < count; index++) {
    const word = extents[EXTENT_WORDS * index + 1]
    let source = word & EXTENT_OF_TEXT ? text : bytes
    let offset = extents[EXTENT_WORDS * index]
    let length = word & EXTENT_LENGTH_MASK
    if (word & EXTENT_OF_INTEGER) {
      source = integer
      length = integer.write(String(offset | 0), 'latin1')
      offset = 0
    }
    const copied = Math.min(length - skip, targetEnd - to)
    copyBytes(source, offset + skip, copied, target, to)
    to += copied
    skip += copied
    if (skip < length) break
    if (word >= EXTENT_THEN_DELIMITER) {
      if (to === targetEnd) break
      target[to++] = word >= EXTENT_THEN_LINE_FEED ? LINE_FEED : copy[COPY_DELIMITER]
    }
    skip = 0
  }
  copy[COPY_FIRST] = index
  copy[COPY_SKIP] = skip
  copy[COPY_TARGET] = to
}

export function copyRecords(
  bytes: Uint8Array,
  table: Uint32Array,
  records: Uint32Array,
  copy: Uint32Array,
  target: Uint8Array,
): void {
  const capacity = copy[COPY_CAPACITY]
  const count = copy[COPY_COUNT]
  const targetEnd = copy[COPY_TARGET_END]
  let index = copy[COPY_FIRST]
  let skip = copy[COPY_SKIP]
  let to = copy[COPY_TARGET]
  for (; index < count; index++) {
    const from = table[records[index]] + skip
    const rest = table[capacity + records[index]] - from
    const copied = Math.min(rest, targetEnd - to)
    copyBytes(bytes, from, copied, target, to)
    to += copied
    skip += copied
    if (copied < rest || to === targetEnd) break
    target[to++] = LINE_FEED
    skip = 0
  }
  copy[COPY_FIRST] = index
  copy[COPY_SKIP] = skip
  copy[COPY_TARGET] = to
}

function copyBytes(source: Uint8Array, from: number, length: number, target: Uint8Array, to: number): void {
  if (length < SHORT_COPY_BYTES) for (let i = 0; i < length; i++) target[to + i] = source[from + i]
  else target.set(source.subarray(from, from + length), to)
}
