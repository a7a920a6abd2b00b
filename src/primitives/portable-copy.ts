import {
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

/** The plain twin of the native copyExtents; see portable.ts. */
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
    const from = offset + skip
    const copied = Math.min(length - skip, targetEnd - to)
    if (copied < SHORT_COPY_BYTES) for (let i = 0; i < copied; i++) target[to + i] = source[from + i]
    else target.set(source.subarray(from, from + copied), to)
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
