import { close, writev } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { LinemillError } from '../errors.js'
import { systemFailure } from './failure.js'

/** Buffers of one `writev` call; the system's limit IOV_MAX is 1024. */
const MAX_VECTOR = 1024
/**
 * Bytes of one call. For a long write some systems look for as long a piece of contiguous
 * memory in the page cache, which can cost ten times the writing (see docs/architecture.md, Region and draining).
 */
const MAX_CALL_BYTES = 1024 * 1024
const BUSY_MILLISECONDS = 5

const closeDescriptor = promisify(close)

let writesUnderWay = 0

/** Whether a write has not returned. One to a pipe that nobody reads may never do so, and holds its thread. */
export function isWriting(): boolean {
  return writesUnderWay > 0
}

/** A descriptor that is written to in order. */
export class OutputDescriptor {
  readonly fd: number
  readonly #name: string
  #isClosed = false
  /** Resolves when the write that is under way has returned. */
  #latest: Promise<unknown> | undefined

  /** `name` is that of the output, for messages. */
  constructor(fd: number, name: string) {
    this.fd = fd
    this.#name = name
  }

  /**
   * Write all buffers, however little the system takes at a time.
   *
   * @throws LinemillError ERR_OUTPUT; ERR_READER_CLOSED where the reader of a pipe went away.
   */
  async write(buffers: readonly Buffer[]): Promise<void> {
    let rest = buffers.filter(({ length }) => length > 0)
    while (rest.length > 0 && !this.#isClosed) {
      const written = writeSome(this.fd, firstBytes(rest), this.#name)
      this.#latest = written.catch(() => undefined)
      rest = skipBytes(rest, await written)
    }
    this.#latest = undefined
  }

  get isClosed(): boolean {
    return this.#isClosed
  }

  /** Close it, once. A write that does not return is not waited for, but closed behind when it does. */
  async close(): Promise<void> {
    // HAZARD: a descriptor that is closed twice, or under a write that goes on, may be somebody else's by then.
    if (this.#isClosed) return
    this.#isClosed = true
    if (this.#latest === undefined) await closeDescriptor(this.fd)
    else void this.#latest.then(() => closeDescriptor(this.fd)).catch(() => undefined)
  }
}

/** What one call writes of some buffers: as many as it takes to hold `MAX_CALL_BYTES`, the last one cut there. */
function firstBytes(buffers: readonly Buffer[]): Buffer[] {
  const first: Buffer[] = []
  let room = MAX_CALL_BYTES
  for (const buffer of buffers) {
    first.push(buffer.length > room ? buffer.subarray(0, room) : buffer)
    room -= buffer.length
    if (room <= 0 || first.length === MAX_VECTOR) break
  }
  return first
}

async function writeSome(fd: number, buffers: Buffer[], name: string): Promise<number> {
  writesUnderWay++
  try {
    return await new Promise<number>((resolve, reject) => {
      writev(fd, buffers, (error, written) => (error ? reject(error) : resolve(written)))
    })
  } catch (thrown) {
    const { code } = thrown as NodeJS.ErrnoException
    if (code === 'EAGAIN') {
      await sleep(BUSY_MILLISECONDS) // a pipe that is not blocking, and full
      return 0
    }
    if (code === 'EPIPE') {
      throw new LinemillError('ERR_READER_CLOSED', `the reader of ${name} went away`, { cause: thrown })
    }
    throw systemFailure(name, thrown)
  } finally {
    writesUnderWay--
  }
}

function skipBytes(buffers: Buffer[], count: number): Buffer[] {
  let index = 0
  let left = count
  while (index < buffers.length && left >= (buffers[index] as Buffer).length) {
    left -= (buffers[index] as Buffer).length
    index++
  }
  const rest = buffers.slice(index)
  if (left > 0) rest[0] = (rest[0] as Buffer).subarray(left)
  return rest
}
