/**
 * Threads that were told to end and have not: they are stuck in system calls. Apart from the pool, so that whoever
 * asks need not load it.
 */
let endingThreads = 0

export function isThreadEnding(): boolean {
  return endingThreads > 0
}

/** Count a thread among those that end, until it has. */
export function countEnding(ended: Promise<unknown>): Promise<void> {
  endingThreads++
  return ended.then(() => {
    endingThreads--
  })
}
