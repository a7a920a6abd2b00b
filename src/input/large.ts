import { statSync } from 'node:fs'

/** What most verbs take as a block, if they are not told otherwise. */
export const BLOCK_BYTES = 1024 * 1024

/** Blocks that one thread reads in less than the time in which a worker starts and ends. */
export const ALONE_BLOCKS = 128

/** Whether files are more than one thread should read; what is no file counts nothing. */
export function areLarge(names: readonly string[]): boolean {
  return totalSize(names) > ALONE_BLOCKS * BLOCK_BYTES
}

/** Bytes of files together; what is no file has none. */
export function totalSize(names: readonly string[]): number {
  return names.reduce((sum, name) => sum + sizeOf(name), 0)
}

function sizeOf(name: string): number {
  try {
    return statSync(name).size
  } catch {
    return 0
  }
}
