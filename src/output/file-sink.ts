import { close, constants, fstat, open, type Stats, stat } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { LinemillError } from '../errors.js'
import { DirectSink } from './direct-sink.js'
import { outputFailure, systemFailure } from './failure.js'
import type { Sink } from './sink.js'
import { followTarget } from './target.js'
import { TemporarySink } from './temporary-sink.js'

const call = {
  close: promisify(close),
  fstat: promisify(fstat) as (fd: number) => Promise<Stats>,
  open: promisify(open) as (path: string, flags: number) => Promise<number>,
  stat: promisify(stat) as (path: string) => Promise<Stats>,
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
    const found = await call.fstat(1)
    refuseInput(found, 'standard output', settings.inputs)
    return new DirectSink(1, 'standard output', { isPipe: isPipe(found) })
  }
  const target = await followSymlinks(path)
  const existing = await statIfThere(target, path)
  if (existing !== undefined) {
    refuseInput(existing, path, settings.inputs)
    if (existing.isDirectory()) throw outputFailure(path, 'it is a directory: name a file in it')
    const fd = existing.isFIFO()
      ? await openFifo(target, path, settings.signal)
      : await openTarget(target, constants.O_WRONLY, path)
    if (!existing.isFile()) return new DirectSink(fd, path, { isOwned: true, isPipe: isPipe(existing) })
    // Renaming over a file needs no permission on it; whoever may not write it expects it to stay.
    await call.close(fd)
  }
  refuseCompressed(path)
  return TemporarySink.open(target, path, existing, settings.sync)
}

/** A file whose name says otherwise than what is in it is found out late, by somebody else. */
function refuseCompressed(path: string): void {
  const [extension] = /\.(gz|bz2|xz|zst|lz4|br|zip)$/i.exec(path) ?? []
  if (extension === undefined) return
  throw new LinemillError(
    'ERR_USAGE',
    `outputs are not compressed, and the name of ${path} says that it is: write it without ${extension}, and compress it then`,
  )
}

function isPipe(stats: Stats): boolean {
  return stats.isFIFO() || stats.isSocket()
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
    if (probe >= 0) return openHeldFifo(path, name, probe)
    await sleep(READER_MILLISECONDS)
  }
  throw new LinemillError('ERR_CANCELLED', `the run was cancelled before anybody read ${name}`)
}

/** Open a FIFO that has a reader, so that writing blocks; `probe` is closed. */
async function openHeldFifo(path: string, name: string, probe: number): Promise<number> {
  // HAZARD: the reader may leave at this moment. A reader of our own keeps the opening from waiting for the next one.
  const reader = await openTarget(path, constants.O_RDWR | constants.O_NONBLOCK, name)
  try {
    return await openTarget(path, constants.O_WRONLY, name)
  } finally {
    await call.close(reader)
    // HAZARD: closed last, or the reader would find the end of the output.
    await call.close(probe)
  }
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

async function openTarget(path: string, flags: number, name: string): Promise<number> {
  try {
    return await call.open(path, flags)
  } catch (thrown) {
    throw systemFailure(name, thrown)
  }
}
