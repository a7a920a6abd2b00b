import { mkdir, readdir, rename, rm, rmdir, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { outputFailure, systemFailure } from './failure.js'
import { PartFile } from './part-file.js'
import { isPartName, type PartTemplate, partNamer } from './part-names.js'
import type { Sink } from './sink.js'
import { syncDirectory } from './sync-directory.js'
import { followTarget } from './target.js'
import { addTemporary, nameTemporary, settleTemporary } from './temporary.js'

/** Files that are written, or renamed, at once: as many as libuv has threads for. */
const LANES = 4

export interface DirectorySettings {
  readonly template: PartTemplate
  /** What the first file begins with, or every file. */
  readonly header: Buffer
  readonly repeatsHeader: boolean
  readonly sync: boolean
}

/**
 * Open a directory that receives a file for each part. A new one appears whole, by one rename. One that is there
 * keeps its files and gets the parts at the end; it must have no file that the template could name, lest parts of two
 * runs be taken for one.
 *
 * @throws LinemillError ERR_OUTPUT
 */
export async function openDirectorySink(path: string, settings: DirectorySettings): Promise<DirectorySink> {
  if (path === '' || path === '-') throw outputFailure(path, 'expected the name of a directory')
  const target = await followTarget(path).catch((thrown) => {
    throw systemFailure(path, thrown)
  })
  if (target === undefined) throw outputFailure(path, 'it is a symlink to nothing')
  const isThere = await isDirectory(target, path)
  if (isThere) await refuseParts(target, path, settings.template)
  const work = nameTemporary(isThere ? target : dirname(target))
  try {
    await mkdir(work)
  } catch (thrown) {
    settleTemporary(work)
    throw systemFailure(path, thrown)
  }
  return new DirectorySink({ work, target, name: path, isThere }, settings)
}

/** What one file gets in one go. */
interface Piece {
  readonly file: PartFile
  readonly buffers: readonly Buffer[]
  /** Whether the file is whole then. */
  isLast: boolean
}

interface Places {
  /** Where the files are written. */
  readonly work: string
  readonly target: string
  /** The directory as it was given, for messages. */
  readonly name: string
  readonly isThere: boolean
}

/**
 * Writes each part to a file of its own, in a temporary directory, and puts all of them in their places on commit.
 * Files are numbered in the order in which their parts come; there is always a first one.
 */
export class DirectorySink implements Sink {
  readonly #places: Places
  readonly #settings: DirectorySettings
  #latest: { readonly part: number; readonly file: PartFile } | undefined
  #placed: string[] = []
  #isDone = false
  /** Files so far. */
  partCount = 0
  /** Bytes of headers in them. */
  headerBytes = 0

  constructor(places: Places, settings: DirectorySettings) {
    this.#places = places
    this.#settings = settings
  }

  /** Name a part's file as the report does. */
  nameOf(index: number): string {
    return join(this.#places.name, partNamer(this.#settings.template, this.partCount)(index))
  }

  async write(buffers: readonly Buffer[], parts: readonly number[] = []): Promise<void> {
    const pieces: Piece[] = []
    for (let from = 0; from < buffers.length; ) {
      const part = parts[from] ?? 0
      let until = from + 1
      while (until < buffers.length && (parts[until] ?? 0) === part) until++
      if (part !== this.#latest?.part) this.#endLatest(pieces)
      pieces.push({ file: this.#fileOf(part), buffers: buffers.slice(from, until), isLast: false })
      from = until
    }
    await this.#attempt(() =>
      inLanes(pieces.length, async (index) => {
        const { file, buffers: own, isLast } = pieces[index]
        await file.append(own)
        if (isLast) await file.close()
      }),
    )
  }

  /** Let the latest file be closed behind what it gets now, if it gets something. */
  #endLatest(pieces: Piece[]): void {
    const latest = pieces.at(-1)
    if (latest !== undefined) latest.isLast = true
    else if (this.#latest !== undefined) pieces.push({ file: this.#latest.file, buffers: [], isLast: true })
  }

  #fileOf(part: number): PartFile {
    if (this.#latest?.part === part) return this.#latest.file
    const { header, repeatsHeader, sync } = this.#settings
    const ownHeader = repeatsHeader || this.partCount === 0 ? header : Buffer.alloc(0)
    const path = join(this.#places.work, String(this.partCount))
    const file = new PartFile(path, { header: ownHeader, sync })
    this.#latest = { part, file }
    this.partCount++
    this.headerBytes += ownHeader.length
    return file
  }

  async flush(): Promise<void> {
    const { target, name, work, isThere } = this.#places
    await this.#attempt(async () => {
      await (this.#latest?.file ?? this.#fileOf(0)).close()
      if (isThere) await refuseParts(target, name, this.#settings.template)
      else await this.#moveParts(work)
    })
  }

  async commit(): Promise<void> {
    const { work, target, isThere } = this.#places
    try {
      await this.#attempt(async () => {
        if (isThere) {
          await this.#moveParts(target)
          await rmdir(work)
        } else {
          await rename(work, target)
          if (this.#settings.sync) await syncDirectory(dirname(target))
        }
      })
    } catch (thrown) {
      await this.abort()
      throw thrown
    }
    this.#isDone = true
    for (const path of [work, ...this.#placed]) settleTemporary(path)
  }

  /** Rename the files to their names in a directory. */
  async #moveParts(directory: string): Promise<void> {
    const nameOf = partNamer(this.#settings.template, this.partCount)
    await inLanes(this.partCount, async (index) => {
      const path = join(directory, nameOf(index))
      // HAZARD: noted before it is there, so that whatever ends the run now removes it.
      if (this.#places.isThere) {
        addTemporary(path)
        this.#placed.push(path)
      }
      await rename(join(this.#places.work, String(index)), path)
    })
    if (this.#settings.sync) await syncDirectory(directory)
  }

  async abort(): Promise<void> {
    if (this.#isDone) return
    this.#isDone = true
    await this.#latest?.file.close().catch(() => undefined) // it is removed next
    for (const path of [this.#places.work, ...this.#placed]) {
      // What cannot be removed stays: the failure that came first is told.
      await rm(path, { recursive: true, force: true }).catch(() => undefined)
      settleTemporary(path)
    }
  }

  async #attempt(work: () => Promise<void>): Promise<void> {
    try {
      await work()
    } catch (thrown) {
      throw systemFailure(this.#places.name, thrown)
    }
  }
}

/** Do works a few at a time. After a failure none is begun, and those that were are waited for. */
async function inLanes(count: number, work: (index: number) => Promise<void>): Promise<void> {
  const failures: unknown[] = []
  let next = 0
  const lane = async (): Promise<void> => {
    while (next < count && failures.length === 0) {
      await work(next++).catch((thrown) => failures.push(thrown))
    }
  }
  await Promise.all(Array.from({ length: Math.min(LANES, count) }, lane))
  if (failures.length > 0) throw failures[0]
}

async function isDirectory(target: string, name: string): Promise<boolean> {
  try {
    if ((await stat(target)).isDirectory()) return true
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return false
    throw systemFailure(name, thrown)
  }
  throw outputFailure(name, 'it is no directory')
}

async function refuseParts(directory: string, name: string, template: PartTemplate): Promise<void> {
  const names = await readdir(directory).catch((thrown) => {
    throw systemFailure(name, thrown)
  })
  const found = names.find((file) => isPartName(template, file))
  if (found === undefined) return
  const hint = 'name another directory, give the parts another name, or remove them first'
  throw outputFailure(name, `it has ${found} already, and parts of two runs would look like one: ${hint}`)
}
