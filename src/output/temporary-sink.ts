import { constants, fchmod, fsync, link, openSync, rename, type Stats, unlink } from 'node:fs'
import { dirname } from 'node:path'
import { promisify } from 'node:util'
import { OutputDescriptor } from './descriptor.js'
import { outputFailure, systemFailure } from './failure.js'
import type { Sink } from './sink.js'
import { syncDirectory } from './sync-directory.js'
import { nameTemporary, settleTemporary } from './temporary.js'

const call = {
  fchmod: promisify(fchmod),
  fsync: promisify(fsync),
  link: promisify(link),
  rename: promisify(rename),
  unlink: promisify(unlink),
}

/** A file that nobody had before, and no symlink to one. */
const NEW_FILE = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW

/** Where a temporary file goes. */
interface Place {
  readonly temporary: string
  readonly target: string
  /** The target as it was given, for messages. */
  readonly name: string
  /** Whether there is a file that the commit takes the place of. */
  readonly isTaken: boolean
  /** Whether that file is this user's. */
  readonly isOwn: boolean
}

/** Writes a temporary file in the target's directory and renames it into place on commit. */
export class TemporarySink implements Sink {
  readonly #file: OutputDescriptor
  readonly #place: Place
  readonly #sync: boolean
  #isDone = false
  #isPlaced = false
  /** Another name of the file that the commit takes the place of. */
  #old: string | undefined

  private constructor(fd: number, place: Place, sync: boolean) {
    this.#file = new OutputDescriptor(fd, place.name)
    this.#place = place
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
      // HAZARD: at once, not in libuv's pool, or a process that ends now might remove the file before it is made.
      const fd = openSync(temporary, NEW_FILE, mode)
      const isTaken = existing !== undefined
      const isOwn = existing?.uid === process.geteuid?.()
      const sink = new TemporarySink(fd, { temporary, target, name, isTaken, isOwn }, sync)
      try {
        if (isTaken) await call.fchmod(fd, mode) // the umask does not apply to a file that was there
        return sink
      } catch (thrown) {
        await sink.abort()
        throw thrown
      }
    } catch (thrown) {
      settleTemporary(temporary)
      throw systemFailure(name, thrown)
    }
  }

  write(buffers: readonly Buffer[]): Promise<void> {
    return this.#file.write(buffers)
  }

  async flush(): Promise<void> {
    try {
      if (this.#sync) await call.fsync(this.#file.fd)
      await this.#file.close() // a file system behind a network may say only now that it is full
    } catch (thrown) {
      this.#fail(thrown)
    }
  }

  async commit({ keepsOld } = { keepsOld: false }): Promise<void> {
    const { temporary, target, isTaken } = this.#place
    try {
      if ((keepsOld || this.#sync) && isTaken) await this.#keepOld()
      await call.rename(temporary, target)
    } catch (thrown) {
      await this.abort()
      this.#fail(thrown)
    }
    settleTemporary(temporary)
    this.#isDone = true
    this.#isPlaced = true
    if (this.#sync) await this.#syncDirectory()
  }

  async #syncDirectory(): Promise<void> {
    try {
      await syncDirectory(dirname(this.#place.target))
    } catch (thrown) {
      const reason = (thrown as Error).message
      throw outputFailure(this.#place.name, `its directory cannot be synced: ${reason}`, thrown)
    }
  }

  async #keepOld(): Promise<void> {
    // Another's file may be one that a sticky directory lets nobody else remove, whatever its name.
    if (!this.#place.isOwn) return
    const old = nameTemporary(dirname(this.#place.target))
    await call.link(this.#place.target, old).then(
      () => {
        this.#old = old
      },
      () => settleTemporary(old), // a file system without links
    )
  }

  async undo(): Promise<void> {
    if (!this.#isPlaced) return
    const { target, name, isTaken } = this.#place
    try {
      if (this.#old !== undefined) await call.rename(this.#old, target)
      else if (isTaken) throw new Error('what was there could not be kept')
      else await call.unlink(target)
    } catch (thrown) {
      const reason = (thrown as Error).message
      throw outputFailure(name, `it is whole and in its place, and cannot be taken back: ${reason}`, thrown)
    }
  }

  async forget(): Promise<void> {
    if (this.#old === undefined) return
    await call.unlink(this.#old).catch(() => undefined) // put back by `undo`
    settleTemporary(this.#old)
  }

  readonly #fail = (thrown: unknown): never => {
    throw systemFailure(this.#place.name, thrown)
  }

  async abort(): Promise<void> {
    if (this.#isDone) return
    this.#isDone = true
    await call.unlink(this.#place.temporary).catch(() => undefined) // gone already, or the directory is: nothing to undo
    settleTemporary(this.#place.temporary)
    await this.#file.close().catch(() => undefined)
  }
}
