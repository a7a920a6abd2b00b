import { asShortage, LinemillError } from '../errors.js'

const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EEXIST: 'it is there already',
  ENOENT: 'its directory does not exist',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EFBIG: 'the file is larger than the system allows (ulimit -f)',
  EROFS: 'the file system is read-only',
  ENOTEMPTY: 'a directory that is not empty is there by now',
  ENOTDIR: 'a part of its path is no directory',
  ENXIO: 'it is a socket, or a device that is not there',
}

/** Make the error about an output that cannot be written. */
export function outputFailure(name: string, reason: string, cause?: unknown): LinemillError {
  return new LinemillError('ERR_OUTPUT', `cannot write output ${name}: ${reason}`, { cause })
}

/** The same, of what the system says; an error of ours stays as it is. */
export function systemFailure(name: string, thrown: unknown): LinemillError {
  if (thrown instanceof LinemillError) return thrown
  const { code, message } = thrown as NodeJS.ErrnoException
  const shortage = asShortage(thrown, `cannot write output ${name}: `)
  return shortage ?? outputFailure(name, REASONS[code ?? ''] ?? message, thrown)
}
