/**
 * SIGINT and SIGTERM at any moment of a run, once and twice: either the run is whole and its status 0, or the old
 * output is as it was and the status says the signal; and nothing is left in either case.
 */
import { expect, test } from 'vitest'
import { Random } from '../dist/generate/random.js'
import { leftovers, linemillProcess, read, useProcessFolders, write } from './process-harness.js'

useProcessFolders()

const SEED = 20_240_607
const ROUNDS = 14
const LINES = Array.from({ length: 3000 }, (_, index) => `line ${index}\n`).join('')

/** Jobs that spend some time in each phase: loading, setup, work, teardown; combine and finish; gathering, commit. */
const PAUSE = `const pause = (milliseconds) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds)
  const later = () => new Promise((resolve) => setTimeout(resolve, 60))
  await later()`
interface Tried {
  readonly source: string
  readonly options: readonly string[]
  readonly output: string
  /** What a whole run says. Default: nothing. */
  readonly said?: RegExp
}
const JOBS: Readonly<Record<string, Tried>> = {
  'a job that writes at the end': {
    source: `${PAUSE}
      export default { setup: later, line(line) { if (line.endsWith('99')) pause(5); return line }, teardown: later }`,
    options: ['--block', '1K', '--gather', 'end', '--sync'],
    output: LINES,
  },
  'a job that writes as it goes, two files': {
    source: `${PAUSE}
      export default { setup: () => pause(60), output: [], format: 'csv', header: false, names: ['text'],
        record(row, out) { if (row.text.endsWith('99')) pause(5); if (row.text === 'line 7') throw 7; out.record() } }`,
    options: ['--block', '1K', '--on-error', 'reject', '--reject', 'rejects.csv'],
    output: LINES.replace('line 7\n', ''),
    said: /^linemill: warning: 1 of 3000 records rejected to rejects\.csv; the first: in\.txt, line 8: .* 7\n$/,
  },
  'a reduction': {
    source: `${PAUSE}
      export default { init: () => ({ n: 0 }), line(line, s) { if (line.endsWith('99')) pause(3); s.n++ },
        async combine(a, b) { await later(); return { n: a.n + b.n } }, finish(s) { pause(60); return [s.n] } }`,
    options: ['--block', '1K'],
    output: '3000\n',
  },
}

const STATUSES: Readonly<Record<string, number>> = { SIGINT: 130, SIGTERM: 143 }

test.each(Object.keys(JOBS))(`%s, at moments of seed ${SEED}`, async (name) => {
  const { source, options, output, said = /^$/ } = JOBS[name] as Tried
  const random = new Random(SEED)
  write('in.txt', LINES)
  write('job.mjs', source)
  const words = ['run', 'job.mjs', 'in.txt', '-o', 'old.txt', '-w', '2', ...options]
  const began = performance.now()
  expect(await linemillProcess(words)).toMatchObject({ status: 0, stderr: expect.stringMatching(said) })
  const whole = performance.now() - began
  expect(read('old.txt')).toBe(output)
  const outcomes = new Set<string>()
  for (let round = 0; round < ROUNDS; round++) {
    write('old.txt', 'old')
    write('rejects.csv', 'old rejects')
    const signal = round % 2 === 0 ? 'SIGINT' : 'SIGTERM'
    const after = random.fraction() * whole
    const again = { signal, after: after + random.fraction() * 150 } as const
    const kills = [{ signal, after } as const, ...(round % 4 < 2 ? [] : [again])]
    const { status, stderr, ...ended } = await linemillProcess(words, { kills })
    const told = `${kills.map((kill) => `${kill.signal} after ${kill.after.toFixed(0)} ms`).join(', ')}: ${status} ${stderr}`
    const files = [read('old.txt'), read('rejects.csv')]
    if (status === 0) {
      const rejects = name.includes('two files') ? 'line 7\n' : 'old rejects'
      expect([files, stderr], told).toEqual([[output, rejects], expect.stringMatching(said)])
    } else {
      expect([status, files], told).toEqual([STATUSES[signal], ['old', 'old rejects']])
      expect(['', 'linemill: the run was cancelled by its signal\n'], told).toContain(stderr)
    }
    const nothing = { stdout: '', isHanging: false, hasOrphans: false, left: [] }
    expect({ ...ended, left: leftovers() }, told).toEqual(nothing)
    outcomes.add(status === 0 ? 'whole' : stderr === '' ? 'ended' : 'cancelled')
  }
  expect(outcomes).toContain('cancelled')
})
