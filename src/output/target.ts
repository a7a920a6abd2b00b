import { fstat, lstat as lstatOf, realpath as realpathOf, stat as statOf } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { promisify } from 'node:util'

// node:fs/promises would take two milliseconds to load.
const statDescriptor = promisify(fstat)
const stat = promisify(statOf)
const lstat = promisify(lstatOf)
const realpath = promisify(realpathOf.native)

/**
 * Find the file that a path means: symlinks are followed. A file that does not exist is named in its directory as it
 * really is; what is no regular file (a device, a pipe behind /dev/stdout) keeps its name, it may have no other.
 *
 * @returns undefined for a symlink to a file that does not exist.
 * @throws what the system says, ENOENT if the directory does not exist.
 */
export async function followTarget(path: string): Promise<string | undefined> {
  const found = await stat(path).catch(ignoreMissing)
  if (found !== undefined) return found.isFile() || found.isDirectory() ? realpath(path) : path
  const link = await lstat(path).catch(ignoreMissing)
  if (link?.isSymbolicLink()) return undefined
  return join(await realpath(dirname(path)), basename(path))
}

/**
 * Whether two paths mean one file, by whatever links; `-` is standard output, which may be a file as well. False where
 * one of them can't be looked at, and for a device, which takes from everybody.
 */
export async function isSameFile(a: string, b: string): Promise<boolean> {
  if (a === '-' && b === '-') return true
  const [one, other] = await Promise.all([identify(a), identify(b)])
  return one !== undefined && one === other
}

async function identify(path: string): Promise<string | undefined> {
  const target = path === '-' ? path : await followTarget(path).catch(() => undefined)
  if (target === undefined) return undefined
  const found = await (path === '-' ? statDescriptor(1) : stat(target)).catch(() => undefined)
  if (found?.isCharacterDevice()) return undefined
  return found === undefined ? target : `${found.dev}:${found.ino}`
}

function ignoreMissing(thrown: NodeJS.ErrnoException): undefined {
  if (thrown.code !== 'ENOENT') throw thrown
}
