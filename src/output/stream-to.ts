import { DirectSink } from './direct-sink.js'
import type { Sink } from './sink.js'

/**
 * Write pieces of bytes, one after the other, to a file or, for `-`, to standard output, as a run's output is
 * written. A piece is written before the next one is asked for, so all may stand in the same memory.
 *
 * @returns the number of bytes written.
 * @throws LinemillError ERR_OUTPUT; ERR_READER_CLOSED where the reader of standard output went away.
 */
export async function streamTo(
  path: string,
  pieces: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
): Promise<number> {
  const sink = await open(path)
  let byteCount = 0
  try {
    for await (const { buffer, byteOffset, length } of pieces) {
      await sink.write([Buffer.from(buffer, byteOffset, length)])
      byteCount += length
    }
    await sink.flush()
    await sink.commit()
    return byteCount
  } catch (thrown) {
    await sink.abort()
    throw thrown
  }
}

async function open(path: string): Promise<Sink> {
  if (path === '-') return new DirectSink(1, 'standard output')
  const { openFileSink } = await import('./file-sink.js')
  return openFileSink(path, { sync: false, inputs: [] })
}
