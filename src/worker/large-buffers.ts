/** What is smaller is copied as soon; and it may be shared, as the pieces of Node's pool of buffers are. */
const LEAST_BYTES = 64 * 1024

/**
 * The memory of large typed arrays in plain data: it can go to another thread without being copied, and is lost to
 * this one.
 */
export function largeBuffersIn(data: unknown): ArrayBuffer[] {
  const found = new Set<ArrayBuffer>()
  const look = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return
    if (ArrayBuffer.isView(value)) {
      const { buffer } = value
      if (buffer instanceof ArrayBuffer && buffer.byteLength >= LEAST_BYTES) found.add(buffer)
    } else {
      for (const inner of Array.isArray(value) ? value : Object.values(value)) look(inner)
    }
  }
  look(data)
  return [...found]
}
