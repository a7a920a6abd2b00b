import {
  close,
  constants,
  fchmod,
  fsync,
  open,
  rename,
  rmSync,
  type Stats,
  stat,
  unlink,
  writev,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { LinemillError } from '../errors.js'
import type { Sink } from './sink.js'
import { followTarget } from './target.js'

const call = {
  close: promisify(close),
  fchmod: promisify(fchmod),
  fsync: promisify(fsync),
  open: promisify(open) as (path: string, flags: number, mode?: number) => Promise<number>,
  rename: promisify(rename),
  stat: promisify(stat) as (path: string) => Promise<Stats>,
  unlink: promisify(unlink),
}

/** Device and inode of a file, to tell whether two names mean one file. */
export interface FileIdentity {
  readonly dev: number
  readonly ino: number
  readonly name: string
}

/**
 * Open where a file's bytes go. A regular or new file is written beside its target and renamed into place; a symlink
 * is followed to the file it names; a device or FIFO is written directly. An output that is one of the inputs is
 * refused.
 *
 * @throws LinemillError ERR_OUTPUT, ERR_USAGE
 */
export async function openFileSink(
  path: string,
  settings: { sync: boolean; inputs: readonly FileIdentity[] },
): Promise<Sink> {
  // What stands behind /dev/stdout may be a socket, which cannot be opened by a name.
  if (path === '-' || path === '/dev/stdout') return new DirectSink(1, 'standard output', false)
  const target = await followSymlinks(path)
  const existing = await statIfThere(target, path)
  if (existing !== undefined) {
    const input = settings.inputs.find(({ dev, ino }) => dev === existing.dev && ino === existing.ino)
    if (input !== undefined) {
      throw new LinemillError(
        'ERR_USAGE',
        `output ${path} is the input ${input.name}: name another file, and rename it when the run is done`,
      )
    }
    if (existing.isDirectory()) throw failure(path, 'it is a directory: name a file in it')
    if (!existing.isFile()) {
      return new DirectSink(await openTarget(target, constants.O_WRONLY, path), path, true)
    }
    // Renaming over a file needs no permission on it; whoever may not write it expects it to stay.
    await call.close(await openTarget(target, constants.O_WRONLY, path))
  }
  return TemporarySink.open(target, path, existing, settings.sync)
}

/** Writes straight to a descriptor: standard output, a device, a FIFO. What was written cannot be taken back. */
class DirectSink implements Sink {
  readonly #fd: number
  readonly #name: string
  readonly #isOwned: boolean
  #isDone = false

  constructor(fd: number, name: string, isOwned: boolean) {
    this.#fd = fd
    this.#name = name
    this.#isOwned = isOwned
  }

  write(buffers: readonly Buffer[]): Promise<void> {
    return writeAll(this.#fd, buffers, this.#name)
  }

  async commit(): Promise<void> {
    // HAZARD: a descriptor that is closed twice may be somebody else's by then.
    if (this.#isDone) return
    this.#isDone = true
    if (this.#isOwned) await call.close(this.#fd)
  }

  abort(): Promise<void> {
    return this.commit()
  }
}

/** Writes a temporary file in the target's directory and renames it into place on commit. */
class TemporarySink implements Sink {
  readonly #fd: number
  readonly #temporary: string
  readonly #target: string
  readonly #name: string
  readonly #sync: boolean
  #isDone = false

  private constructor(fd: number, paths: { temporary: string; target: string; name: string }, sync: boolean) {
    this.#fd = fd
    this.#temporary = paths.temporary
    this.#target = paths.target
    this.#name = paths.name
    this.#sync = sync
  }

  static async open(
    target: string,
    name: string,
    existing: Stats | undefined,
    sync: boolean,
  ): Promise<TemporarySink> {
    // No secret: the file is opened exclusively. node:crypto would cost milliseconds of start.
    const unique = `${process.pid}-${Math.random().toString(36).slice(2)}`
    const temporary = join(dirname(target), `.linemill-${unique}.tmp`)
    const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW
    const mode = existing === undefined ? 0o666 : existing.mode & 0o777
    const fd = await openTarget(temporary, flags, name, mode)
    if (existing !== undefined) await call.fchmod(fd, mode) // the umask does not apply to a file that was there
    temporaries.add(temporary)
    return new TemporarySink(fd, { temporary, target, name }, sync)
  }

  write(buffers: readonly Buffer[]): Promise<void> {
    return writeAll(this.#fd, buffers, this.#name)
  }

  async commit(): Promise<void> {
    try {
      if (this.#sync) await call.fsync(this.#fd)
      await call.rename(this.#temporary, this.#target)
      temporaries.delete(this.#temporary)
      if (this.#sync) await syncDirectory(dirname(this.#target))
      this.#isDone = true
      await call.close(this.#fd)
    } catch (thrown) {
      await this.abort()
      throw failure(this.#name, reasonOf(thrown), thrown)
    }
  }

  async abort(): Promise<void> {
    if (this.#isDone) return
    this.#isDone = true
    temporaries.delete(this.#temporary)
    await call.unlink(this.#temporary).catch(() => undefined) // gone already, or the directory is: nothing to undo
    await call.close(this.#fd).catch(() => undefined)
  }
}

/** Buffers of one `writev` call; the system's limit IOV_MAX is 1024. */
const MAX_VECTOR = 1024
const BUSY_MILLISECONDS = 5

/** Write all buffers, however little the system takes at a time. */
async function writeAll(fd: number, buffers: readonly Buffer[], name: string): Promise<void> {
  let rest = buffers.filter(({ length }) => length > 0)
  while (rest.length > 0) {
    const written = await writeSome(fd, rest.slice(0, MAX_VECTOR), name)
    rest = skipBytes(rest, written)
  }
}

async function writeSome(fd: number, buffers: Buffer[], name: string): Promise<number> {
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
    throw failure(name, reasonOf(thrown), thrown)
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

async function followSymlinks(path: string): Promise<string> {
  if (path === '' || path.endsWith('/')) throw failure(path, 'expected the name of a file')
  const target = await followTarget(path).catch((thrown) => {
    throw failure(path, reasonOf(thrown), thrown)
  })
  if (target === undefined) throw failure(path, 'it is a symlink to a file that does not exist')
  return target
}

/** Temporary files that are being written. */
const temporaries = new Set<string>()

/** Remove the temporary files of all runs at once: for a process that must end now. */
export function removeTemporaryFiles(): void {
  for (const path of temporaries) rmSync(path, { force: true })
  temporaries.clear()
}

async function statIfThere(target: string, name: string): Promise<Stats | undefined> {
  try {
    return await call.stat(target)
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw failure(name, reasonOf(thrown), thrown)
  }
}

async function openTarget(path: string, flags: number, name: string, mode?: number): Promise<number> {
  try {
    return await call.open(path, flags, mode)
  } catch (thrown) {
    throw failure(name, reasonOf(thrown), thrown)
  }
}

async function syncDirectory(path: string): Promise<void> {
  const fd = await call.open(path, constants.O_RDONLY)
  try {
    await call.fsync(fd)
  } finally {
    await call.close(fd)
  }
}

const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  ENOENT: 'its directory does not exist',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EROFS: 'the file system is read-only',
  ENOTDIR: 'a part of its path is no directory',
}

function reasonOf(thrown: unknown): string {
  const { code, message } = thrown as NodeJS.ErrnoException
  return REASONS[code ?? ''] ?? message
}

function failure(name: string, reason: string, cause?: unknown): LinemillError {
  return new LinemillError('ERR_OUTPUT', `cannot write output ${name}: ${reason}`, { cause })
}
