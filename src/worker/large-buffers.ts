/** What is smaller is copied as soon. */
const LEAST_BYTES = 1024 * 1024

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
      // HAZARD: the pool that Node takes small buffers from is everybody's: of 8 KiB in Node 22, of 64 in 24.22.
      const least = Math.max(LEAST_BYTES, Buffer.poolSize + 1)
      if (buffer instanceof ArrayBuffer && buffer.byteLength >= least) found.add(buffer)
    } else {
      for (const inner of Array.isArray(value) ? value : Object.values(value)) look(inner)
    }
  }
  look(data)
  return [...found]
}
