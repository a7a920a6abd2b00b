import { randomBytes } from 'node:crypto'
import { type FileHandle, open, realpath, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { LinemillError } from '../errors.js'

/**
 * Write pieces of bytes, one after the other, to a file or, for `-`, to standard output. A piece is written before
 * the next one is asked for, so all may stand in the same memory.
 *
 * A regular file is written beside its place and renamed into it at the end: any failure before leaves the old file
 * as it was. What exists and is no regular file (a device, a FIFO) is written directly.
 *
 * @returns the number of bytes written.
 * @throws LinemillError ERR_OUTPUT; ERR_READER_CLOSED where the reader of standard output went away.
 */
export async function streamTo(
  path: string,
  pieces: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
): Promise<number> {
  if (path === '-') return writeToStandardOutput(pieces)
  const target = await lookAtTarget(path)
  return target.isDirect ? writeDirectly(target.path, pieces) : writeBeside(target, pieces)
}

interface Target {
  /** The file itself, symbolic links followed. */
  readonly path: string
  readonly isDirect: boolean
  /** Permissions of the file that is replaced. */
  readonly permissions: number | undefined
}

async function lookAtTarget(path: string): Promise<Target> {
  try {
    const found = await stat(path)
    if (found.isDirectory()) {
      throw new LinemillError('ERR_OUTPUT', `cannot write ${path}: expected a file, found a directory`)
    }
    const permissions = found.mode & 0o777
    return { path: await realpath(path), isDirect: !found.isFile(), permissions }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
      return { path, isDirect: false, permissions: undefined }
    }
    throw outputError(path, error)
  }
}

async function writeDirectly(
  path: string,
  pieces: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
): Promise<number> {
  const file = await open(path, 'w').catch((error) => Promise.reject(outputError(path, error)))
  try {
    return await writePieces(file, path, pieces)
  } finally {
    await file.close()
  }
}

async function writeBeside(
  target: Target,
  pieces: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
): Promise<number> {
  const name = `.${basename(target.path)}.${randomBytes(6).toString('hex')}.tmp`
  const besidePath = join(dirname(target.path), name)
  // Exclusive: a symbolic link that somebody put there is not followed.
  const file = await open(besidePath, 'wx').catch((error) => Promise.reject(outputError(target.path, error)))
  try {
    const byteCount = await writePieces(file, target.path, pieces)
    if (target.permissions !== undefined) await file.chmod(target.permissions)
    await file.close()
    await rename(besidePath, target.path)
    return byteCount
  } catch (error) {
    await file.close().catch(() => undefined)
    await rm(besidePath, { force: true })
    throw outputError(target.path, error)
  }
}

async function writePieces(
  file: FileHandle,
  path: string,
  pieces: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
): Promise<number> {
  let byteCount = 0
  for await (const piece of pieces) {
    let written = 0
    while (written < piece.length) {
      const result = await file
        .write(piece, written)
        .catch((error) => Promise.reject(outputError(path, error)))
      written += result.bytesWritten
    }
    byteCount += piece.length
  }
  return byteCount
}

async function writeToStandardOutput(
  pieces: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
): Promise<number> {
  // Without a listener, a failed write would end the process before its callback's error arrives.
  const ignore = (): void => undefined
  process.stdout.on('error', ignore)
  let byteCount = 0
  for await (const piece of pieces) {
    await new Promise<void>((resolve, reject) => {
      process.stdout.write(piece, (error) => (error ? reject(standardOutputError(error)) : resolve()))
    })
    byteCount += piece.length
  }
  process.stdout.off('error', ignore)
  return byteCount
}

function standardOutputError(error: Error): unknown {
  if ((error as NodeJS.ErrnoException).code === 'EPIPE') {
    return new LinemillError('ERR_READER_CLOSED', 'the reader of standard output went away', { cause: error })
  }
  return outputError('standard output', error)
}

function outputError(path: string, error: unknown): unknown {
  if (error instanceof LinemillError) return error
  if (!(error instanceof Error) || !('syscall' in error)) return error
  // The message's tail names the temporary file, which the user never heard of.
  const reason = error.message.replace(/, \w+( '.*')?$/, '')
  return new LinemillError('ERR_OUTPUT', `cannot write ${path}: ${reason}`, { cause: error })
}
