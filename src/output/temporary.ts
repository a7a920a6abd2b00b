import { rmSync } from 'node:fs'
import { join } from 'node:path'

/** What is being written and not in its place yet, by path. */
const temporaries = new Set<string>()

/** Name a new temporary file or directory in `directory`, to be removed with all others until it is settled. */
export function nameTemporary(directory: string): string {
  // No secret: it is made exclusively. node:crypto would cost milliseconds of start.
  const unique = `${process.pid}-${Math.random().toString(36).slice(2)}`
  const path = join(directory, `.linemill-${unique}.tmp`)
  temporaries.add(path)
  return path
}

/** Let a path be removed with the temporary ones until it is settled. */
export function addTemporary(path: string): void {
  temporaries.add(path)
}

/** Say that a path is in its place, or gone. */
export function settleTemporary(path: string): void {
  temporaries.delete(path)
}

/** Remove what all runs have not put in its place, at once: for a process that must end now. */
export function removeTemporaryFiles(): void {
  // Writes that are under way may add a file to a directory meanwhile: it is tried again.
  for (const path of temporaries) rmSync(path, { force: true, recursive: true, maxRetries: 3 })
  temporaries.clear()
}
