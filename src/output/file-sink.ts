import { close, constants, fchmod, fstat, fsync, open, rename, type Stats, stat, unlink } from 'node:fs'
import { dirname } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { LinemillError } from '../errors.js'
import { outputFailure, systemFailure } from './failure.js'
import type { Sink } from './sink.js'
import { syncDirectory } from './sync-directory.js'
import { followTarget } from './target.js'
import { nameTemporary, settleTemporary } from './temporary.js'
import { writeAll } from './write-all.js'

const call = {
  close: promisify(close),
  fchmod: promisify(fchmod),
  fstat: promisify(fstat) as (fd: number) => Promise<Stats>,
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
 * is followed to the file it names; a device or FIFO is written directly, once a FIFO has a reader. An output that is
 * one of the inputs is refused.
 *
 * @throws LinemillError ERR_OUTPUT, ERR_USAGE
 */
export async function openFileSink(
  path: string,
  settings: { sync: boolean; inputs: readonly FileIdentity[]; signal?: AbortSignal | undefined },
): Promise<Sink> {
  // What stands behind /dev/stdout may be a socket, which cannot be opened by a name.
  if (path === '-' || path === '/dev/stdout') {
    refuseInput(await call.fstat(1), 'standard output', settings.inputs)
    return new DirectSink(1, 'standard output', false)
  }
  const target = await followSymlinks(path)
  const existing = await statIfThere(target, path)
  if (existing !== undefined) {
    refuseInput(existing, path, settings.inputs)
    if (existing.isDirectory()) throw outputFailure(path, 'it is a directory: name a file in it')
    const fd = existing.isFIFO()
      ? await openFifo(target, path, settings.signal)
      : await openTarget(target, constants.O_WRONLY, path)
    if (!existing.isFile()) return new DirectSink(fd, path, true)
    // Renaming over a file needs no permission on it; whoever may not write it expects it to stay.
    await call.close(fd)
  }
  return TemporarySink.open(target, path, existing, settings.sync)
}

function refuseInput(output: Stats, name: string, inputs: readonly FileIdentity[]): void {
  const input = inputs.find(({ dev, ino }) => dev === output.dev && ino === output.ino)
  if (input === undefined) return
  throw new LinemillError(
    'ERR_USAGE',
    `output ${name} is the input ${input.name}: name another file, and rename it when the run is done`,
  )
}

const READER_MILLISECONDS = 20

/** Open a FIFO once somebody reads it. Opening it at once would wait as well, but in a call that nothing ends. */
async function openFifo(path: string, name: string, signal: AbortSignal | undefined): Promise<number> {
  while (!signal?.aborted) {
    const probe = await probeFifo(path, name)
    if (probe >= 0) {
      try {
        return await openTarget(path, constants.O_WRONLY, name)
      } finally {
        // HAZARD: the probe is closed last, or the reader would find the end of the output.
        await call.close(probe)
      }
    }
    await sleep(READER_MILLISECONDS)
  }
  throw new LinemillError('ERR_CANCELLED', `the run was cancelled before anybody read ${name}`)
}

/** A descriptor that does not block; -1 if nobody reads the FIFO. */
async function probeFifo(path: string, name: string): Promise<number> {
  try {
    return await call.open(path, constants.O_WRONLY | constants.O_NONBLOCK)
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'ENXIO') return -1
    throw systemFailure(name, thrown)
  }
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

  async flush(): Promise<void> {}

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

/** A file that nobody had before, and no symlink to one. */
const NEW_FILE = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW

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
    const temporary = nameTemporary(dirname(target))
    const mode = existing === undefined ? 0o666 : existing.mode & 0o777
    try {
      const fd = await openTarget(temporary, NEW_FILE, name, mode)
      if (existing !== undefined) await call.fchmod(fd, mode) // the umask does not apply to a file that was there
      return new TemporarySink(fd, { temporary, target, name }, sync)
    } catch (thrown) {
      settleTemporary(temporary)
      throw thrown
    }
  }

  write(buffers: readonly Buffer[]): Promise<void> {
    return writeAll(this.#fd, buffers, this.#name)
  }

  async flush(): Promise<void> {
    if (this.#sync) await call.fsync(this.#fd).catch(this.#fail)
  }

  async commit(): Promise<void> {
    try {
      await call.rename(this.#temporary, this.#target)
      settleTemporary(this.#temporary)
      if (this.#sync) await syncDirectory(dirname(this.#target))
      this.#isDone = true
      await call.close(this.#fd)
    } catch (thrown) {
      await this.abort()
      this.#fail(thrown)
    }
  }

  readonly #fail = (thrown: unknown): never => {
    throw systemFailure(this.#name, thrown)
  }

  async abort(): Promise<void> {
    if (this.#isDone) return
    this.#isDone = true
    settleTemporary(this.#temporary)
    await call.unlink(this.#temporary).catch(() => undefined) // gone already, or the directory is: nothing to undo
    await call.close(this.#fd).catch(() => undefined)
  }
}

async function followSymlinks(path: string): Promise<string> {
  if (path === '' || path.endsWith('/')) throw outputFailure(path, 'expected the name of a file')
  const target = await followTarget(path).catch((thrown) => {
    throw systemFailure(path, thrown)
  })
  if (target === undefined) throw outputFailure(path, 'it is a symlink to a file that does not exist')
  return target
}

async function statIfThere(target: string, name: string): Promise<Stats | undefined> {
  try {
    return await call.stat(target)
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw systemFailure(name, thrown)
  }
}

async function openTarget(path: string, flags: number, name: string, mode?: number): Promise<number> {
  try {
    return await call.open(path, flags, mode)
  } catch (thrown) {
    throw systemFailure(name, thrown)
  }
}
