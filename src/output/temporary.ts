import { rmSync } from 'node:fs'
import { join } from 'node:path'

/** What is being written and not in its place yet, by path. */
const temporaries = new Set<string>()
/** Those of them that have no name but a temporary one: few at any time, however many files a directory gets. */
const unnamed = new Set<string>()
let onChange: (paths: readonly string[]) => void = () => undefined

/** Tell of what has only a temporary name, now and whenever that changes. */
export function watchTemporaries(listener: (paths: readonly string[]) => void): void {
  onChange = listener
  onChange([...unnamed])
}

/** Name a new temporary file or directory in `directory`, to be removed with all others until it is settled. */
export function nameTemporary(directory: string): string {
  // No secret: it is made exclusively. node:crypto would cost milliseconds of start.
  const unique = `${process.pid}-${Math.random().toString(36).slice(2)}`
  const path = join(directory, `.linemill-${unique}.tmp`)
  addTemporary(path)
  unnamed.add(path)
  onChange([...unnamed])
  return path
}

/** Let a path be removed with the temporary ones until it is settled. */
export function addTemporary(path: string): void {
  temporaries.add(path)
}

/** Say that a path is in its place, or gone. */
export function settleTemporary(path: string): void {
  temporaries.delete(path)
  if (unnamed.delete(path)) onChange([...unnamed])
}

/** Remove what all runs have not put in its place, at once: for a process that must end now. */
export function removeTemporaryFiles(): void {
  for (const path of temporaries) removeNow(path)
  temporaries.clear()
}

/** How often a directory is emptied anew that writes under way add files to. */
const MOST_REMOVALS = 100

/** Remove a file or directory; what cannot be removed stays, since the process ends and others are to be removed too. */
function removeNow(path: string): void {
  for (let tries = 0; tries < MOST_REMOVALS; tries++) {
    try {
      rmSync(path, { force: true, recursive: true })
      return
    } catch (thrown) {
      if ((thrown as NodeJS.ErrnoException).code !== 'ENOTEMPTY') return
    }
  }
}

let commitsUnderWay = 0

/** Say that outputs are being put in their places, until the returned function is called. */
export function beginCommit(): () => void {
  commitsUnderWay++
  return () => {
    commitsUnderWay--
  }
}

/** Whether outputs are being put in their places: a process that ends now may leave some of them. */
export function isCommitting(): boolean {
  return commitsUnderWay > 0
}
