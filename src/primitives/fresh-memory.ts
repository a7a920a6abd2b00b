import { loadedAddon } from './native.js'

const HUGE_PAGE_BYTES = 2 * 2 ** 20
/** What is smaller is not worth a huge page. */
const LEAST_BYTES = HUGE_PAGE_BYTES / 2

/**
 * Let memory that nothing has touched yet come in huge pages, as far as it holds whole ones. A page's first touch costs
 * a fault and the system's zeros, once by the thread's own hands and, on some machines, once more by the kernel's, which
 * reads into it or writes out of it: see docs/architecture.md, *Fresh memory*.
 *
 * @returns the offset of the first one; 0 where no addon is loaded that could ask.
 */
export function preferHugePages(memory: ArrayBufferLike): number {
  return loadedAddon()?.preferHugePages(new Uint8Array(memory)) ?? 0
}

/** Make a buffer of at least so many bytes, of any content, for what a run reads or writes: in huge pages if it is large. */
export function allocateFresh(byteLength: number): Buffer {
  if (byteLength < LEAST_BYTES) return Buffer.allocUnsafeSlow(byteLength)
  const length = Math.ceil(byteLength / HUGE_PAGE_BYTES) * HUGE_PAGE_BYTES
  // What lies before the first huge page is never touched, and so takes no memory.
  const { buffer } = Buffer.allocUnsafeSlow(length + HUGE_PAGE_BYTES)
  return Buffer.from(buffer, preferHugePages(buffer), length)
}

/** A kind of typed arrays. */
export interface FreshKind<A> {
  readonly BYTES_PER_ELEMENT: number
  new (count: number): A
  new (buffer: ArrayBuffer, byteOffset: number, count: number): A
}

/** Make an array of zeros: in huge pages if it is large. It may begin anywhere in its buffer. */
export function freshArray<A>(Kind: FreshKind<A>, count: number): A {
  const byteLength = count * Kind.BYTES_PER_ELEMENT
  if (byteLength < LEAST_BYTES) return new Kind(count)
  // So large a piece is nearly always new from the system, which has zeros: nothing of this is touched here either.
  const buffer = new ArrayBuffer(byteLength + HUGE_PAGE_BYTES)
  return new Kind(buffer, preferHugePages(buffer), count)
}

/** Make words that are zeros, as `freshArray` does. */
export function freshWords(count: number): Uint32Array<ArrayBuffer> {
  return freshArray<Uint32Array<ArrayBuffer>>(Uint32Array, count)
}
