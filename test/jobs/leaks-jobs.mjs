/** The jobs of leaks.mjs. */

export const same = (line) => line

export const failing = (line) => {
  if (line.startsWith('1500,')) throw new Error('no')
  return line
}

export const exiting = (line) => {
  if (line.startsWith('1500,')) process.exit(3)
}

/** Takes longer than anybody waits. */
export const slow = (line) => {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1)
  return line
}

export const texts = {
  columns: { text: 'string' },
  output: ['text'],
  record: (row, out) => out.row(row.text),
}

export const sum = {
  columns: { n: 'int32' },
  init: () => [0],
  record: (row, state) => {
    state[0] += row.n
  },
  combine: ([a], [b]) => [a + b],
}

/** Collects the garbage of the workers, and tells what memory they hold then. */
export const collecting = {
  columns: {},
  init: () => {
    globalThis.gc()
    const { heapUsed, external } = process.memoryUsage()
    return { heapUsed, external }
  },
  record: () => undefined,
  combine: (a, b) => ({ heapUsed: a.heapUsed + b.heapUsed, external: a.external + b.external }),
}
