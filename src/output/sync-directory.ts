import { close, fsync, open } from 'node:fs'
import { promisify } from 'node:util'

/** Bring a directory's entries to the disk. */
export async function syncDirectory(path: string): Promise<void> {
  const fd = await promisify(open)(path, 'r')
  try {
    await promisify(fsync)(fd)
  } finally {
    await promisify(close)(fd)
  }
}
