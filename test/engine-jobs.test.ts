/** Modules that are jobs and that are none, a job's life, reductions, and jobs that misbehave. */
import { readFileSync, writeFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { afterEach, describe, expect, test } from 'vitest'
import { runOnPool } from '../dist/run.js'
import { Pool } from '../dist/worker/pool.js'
import {
  failureOf,
  input,
  job,
  leftovers,
  outputOf,
  pathOf,
  recordJob,
  run,
  useEngine,
} from './engine-harness.js'

useEngine()

const TEN = Array.from({ length: 10 }, (_, index) => `${index}\n`).join('')

describe('modules', () => {
  test.each<[string, string, RegExp]>([
    ['has no default export', 'export const other = 1', /has no export default; .*its exports: other$/],
    ['exports nothing', '', /its exports: none$/],
    ['exports a number', 'export default 1', /is not a job: its export is of type number/],
    ['exports null', 'export default null', /its export is of type object/],
    ['exports an array', 'export default []', /its export is an array/],
    [
      'exports an empty object',
      'export default {}',
      /is not a job: it has none; expected a function of a line/,
    ],
    ['has two functions', 'export default { line() {}, record() {} }', /it has line and record/],
    [
      'misspells a property',
      'export default { line() {}, outptu: [] }',
      /unknown property outptu; known: line, /,
    ],
    [
      'has a function that is none',
      'export default { line: 1 }',
      /line must be a function, it is of type number/,
    ],
    ['has init without combine', 'export default { line() {}, init() {} }', /needs both init and combine/],
    ['has finish without init', 'export default { line() {}, finish() {} }', /finish belongs to a reduction/],
    ['has bad syntax', 'export default (', /does not load: SyntaxError: .*node --check .*shows where\)/],
    ['throws', "throw new Error('at load')", /does not load: Error: at load/],
    ['imports what is not there', "import './nowhere.mjs'", /does not load: Error: Cannot find module/],
  ])('that %s: the error says so', async (_name, source, message) => {
    const error = await failureOf(run(job(source), input(TEN)))
    expect(error).toMatchObject({ code: 'ERR_MODULE', message: expect.stringMatching(message) })
  })

  test('that is not there: the error says so', async () => {
    const error = await failureOf(run(pathOf('nowhere.mjs'), input(TEN)))
    expect(error.code).toBe('ERR_MODULE')
    expect(error.message).toContain('nowhere.mjs')
  })

  test('may be named by path, file URL, URL object or data URL, and by export', async () => {
    const path = job('export default (line) => line; export const twice = (line) => [line, line]')
    const text = input('a')
    const url = pathToFileURL(path)
    for (const module of [path, url.href]) expect(await outputOf(module, text)).toBe('a\n')
    expect(String((await runOnPool(new Pool(1), url, text, { workers: 1 })).output)).toBe('a\n')
    expect(await outputOf('data:text/javascript,export default (line) => line', text)).toBe('a\n')
    expect(await outputOf(path, text, { exportName: 'twice' })).toBe('a\na\n')
    expect((await failureOf(run(path, text, { exportName: 'thrice' }))).message).toMatch(
      /its exports: default, twice/,
    )
  })

  test('in TypeScript run where Node strips types; elsewhere the error says what to do', async () => {
    const module = job('export default (line: string): string => line', 'ts')
    const [major, minor] = process.versions.node.split('.').map(Number)
    if (major > 22 || (major === 22 && minor >= 18)) {
      expect(await outputOf(module, input('a'))).toBe('a\n')
      const withEnum = job('enum Kind { A }; export default (line: string) => line + Kind.A', 'ts')
      expect(await failureOf(run(withEnum, input('a')))).toMatchObject({
        code: 'ERR_MODULE',
        message: expect.stringMatching(/that cannot simply be stripped .*enum.*: compile it to .mjs/),
      })
    } else {
      const error = await failureOf(run(module, input('a')))
      expect(error).toMatchObject({
        code: 'ERR_MODULE',
        message: expect.stringMatching(/is TypeScript.*compile it to \.mjs/),
      })
    }
  })
})

describe('a job', () => {
  const LIFE = `import fs from 'node:fs'
    const note = (args, text) => fs.appendFileSync(args.log, text + '\\n')
    const later = () => new Promise((resolve) => setTimeout(resolve, 20))`

  test('is set up and torn down once in each worker, also when that takes its time', async () => {
    const module = job(`${LIFE}
      export default {
        async setup({ args, workerIndex, workerCount }) { await later(); note(args, 'setup ' + workerIndex + '/' + workerCount) },
        line: (line) => line,
        async teardown({ args, workerIndex }) { await later(); note(args, 'teardown ' + workerIndex) },
      }`)
    const log = input('', 'life.log')
    const pool = new Pool(2)
    await runOnPool(pool, module, input(TEN), { workers: 2, blockBytes: 4, args: { log } })
    await pool.close() // as \`run\` does at once
    expect(readFileSync(log, 'utf8').trim().split('\n').sort()).toEqual([
      'setup 0/2',
      'setup 1/2',
      'teardown 0',
      'teardown 1',
    ])
  })

  test('is torn down after a failure too, and the first failure is told', async () => {
    const module = job(`${LIFE}
      export default {
        line: () => { throw new Error('first') },
        teardown({ args }) { note(args, 'teardown'); throw new Error('second') },
      }`)
    const log = input('', 'failed.log')
    const error = await failureOf(run(module, input('a'), { args: { log }, workers: 1 }))
    expect(error).toMatchObject({ message: expect.stringContaining('first'), position: { lineNumber: 1 } })
    expect(readFileSync(log, 'utf8')).toBe('teardown\n')
  })

  test.each(['setup', 'teardown', 'init', 'combine', 'finish'])(
    'that throws in %s fails the run',
    async (name) => {
      const functions: Record<string, string> = {
        init: 'init: () => ({})',
        combine: 'combine: (a, b) => a + b',
        finish: 'finish: (state) => state',
        setup: 'setup() {}',
        teardown: 'teardown() {}',
      }
      functions[name] = `${name}() { throw new Error('no ${name}') }`
      const module = job(`export default { line() {}, ${Object.values(functions).join(', ')} }`)
      const output = pathOf('kept')
      writeFileSync(output, 'old')
      const error = await failureOf(run(module, input(TEN), { output }))
      expect(error).toMatchObject({
        code: 'ERR_USER_FUNCTION',
        message: `the job's ${name} threw Error: no ${name}`,
      })
      expect([readFileSync(output, 'utf8'), leftovers()]).toEqual(['old', []])
    },
  )

  test("cannot write after its last call, when the region may be another run's", async () => {
    const late = 'teardown() { globalThis.kept.line("x".repeat(1e5)).line("") },'
    const module = recordJob('globalThis.kept = out', late)
    const error = await failureOf(run(module, input(TEN), { workers: 1 }))
    expect(error).toMatchObject({
      code: 'ERR_USER_FUNCTION',
      message: expect.stringContaining('after its last'),
    })
  })

  test('sees args and where it is', async () => {
    const module = recordJob(
      "out.line([context.args.a, context.lineNumber, context.recordNumber, context.inputOffset, context.inputName.at(-1), context.text].join('|'))",
    )
    expect(await outputOf(module, input('id,x\n1,"\n"\n2,\u20ac\n', 'place.csv'), { args: { a: 'A' } })).toBe(
      'A|2|1|5|v|1,"\n"\nA|4|2|11|v|2,\u20ac\n',
    )
  })
})

describe('a reduction', () => {
  const COUNT = `init: (args) => new Map([['from', Number(args.from ?? 0)]]),
    line: (line, state) => { state.set(line, (state.get(line) ?? 0) + 1) },
    combine: (a, b) => { for (const [key, count] of b) a.set(key, (a.get(key) ?? 0) + count); return a },`

  test('has a state in each worker, combined and finished, perhaps later', async () => {
    const module = job(`export default { ${COUNT} finish: async (state) => [...state].sort() }`)
    const report = await run(module, input('b\na\nb\n'.repeat(50)), { args: { from: '0' } })
    expect(report.result).toEqual([
      ['a', 50],
      ['b', 100],
      ['from', 0],
    ])
    expect(String(report.output)).toBe('a,50\nb,100\nfrom,0\n')
  })

  test('without finish results in its state; nothing is written for undefined', async () => {
    const report = await run(job(`export default { ${COUNT} }`), input(''))
    expect(report.result).toEqual(new Map([['from', 0]]))
    const nothing = await run(job(`export default { ${COUNT} finish: () => undefined }`), input('a'))
    expect([nothing.result, String(nothing.output)]).toEqual([undefined, ''])
  })

  test('starts anew in each run of a pool', async () => {
    const module = job(`export default { ${COUNT} }`)
    for (let round = 0; round < 3; round++) {
      expect((await run(module, input('a\na'))).result).toEqual(
        new Map([
          ['from', 0],
          ['a', 2],
        ]),
      )
    }
  })

  test.each(['a Map of functions', 'an object with a method'])(
    'with a state that cannot travel fails: %s',
    async (what) => {
      const state = what === 'a Map of functions' ? '() => new Map([[1, () => 1]])' : '() => ({ call() {} })'
      const module = job(`export default { init: ${state}, line() {}, combine: (a) => a, finish: () => 1 }`)
      const error = await failureOf(run(module, input(TEN)))
      expect(error).toMatchObject({
        code: 'ERR_USER_FUNCTION',
        message: expect.stringMatching(
          /^the reduction's state cannot travel between workers \(plain objects, /,
        ),
      })
    },
  )

  test('with a result that cannot leave its worker fails', async () => {
    const module = job(
      'export default { init: () => ({}), line() {}, combine: (a) => a, finish: () => () => 1 }',
    )
    const error = await failureOf(run(module, input(TEN)))
    expect(error.message).toMatch(/^the reduction's result cannot leave its worker/)
  })
})

describe('jobs that misbehave', () => {
  test.each([
    ['a line function', 'export default async (line) => line'],
    ['a line function', "export default async () => { throw new Error('unhandled') }"],
    ['a record function', 'export default { async record() {} }'],
    ['a record function', "export default { async record() { throw new Error('unhandled') } }"],
    ['a batch function', 'export default { async batch() {} }'],
    ['a line function', 'export default { init: () => ({}), combine: (a) => a, async line() {} }'],
  ])('%s that returns a promise: %s', async (what, source) => {
    const error = await failureOf(run(job(source), input('id\n1\n2\n'), { format: 'csv' }))
    expect(error).toMatchObject({
      code: 'ERR_USER_FUNCTION',
      message: `${what} returned a promise, but it must be synchronous: do asynchronous work in setup or finish`,
      position: { lineNumber: what === 'a line function' ? 1 : 2 },
    })
  })

  test.each([0, 7])('process.exit(%i) is an error, and the pool lives on', async (code) => {
    const output = pathOf('exit.out')
    writeFileSync(output, 'old')
    const error = await failureOf(
      run(job(`export default (line) => line === '5' ? process.exit(${code}) : line`), input(TEN), {
        output,
      }),
    )
    expect(error).toMatchObject({
      code: 'ERR_USER_FUNCTION',
      message: expect.stringContaining('process.exit()'),
    })
    expect([readFileSync(output, 'utf8'), leftovers()]).toEqual(['old', []])
    expect(await outputOf(job('export default (line) => line'), input(TEN))).toBe(TEN)
  })

  test('an error outside of the functions is told', async () => {
    const module = job(
      `export default { setup() { setTimeout(() => { throw new Error('too late') }, 5); return new Promise((resolve) => setTimeout(resolve, 500)) }, line() {} }`,
    )
    const error = await failureOf(run(module, input('a')))
    expect(error).toMatchObject({ code: 'ERR_USER_FUNCTION', message: expect.stringContaining('too late') })
  })

  test('all fail: the lowest record is told, whatever worker is first', async () => {
    const module = recordJob("if (row.id >= '3') throw new Error(row.id)")
    const text = input(`id\n${TEN}`)
    for (let round = 0; round < 20; round++) {
      for (const blockBytes of [1, 2, 5, 999]) {
        const error = await failureOf(run(module, text, { blockBytes }))
        expect(error).toMatchObject({
          message: "the user's function threw Error: 3",
          position: { lineNumber: 5, recordNumber: 4 },
        })
      }
    }
  })
})

describe('a signal', () => {
  const output = () => pathOf('cancelled.out')
  const SLOW =
    'export default (line) => { Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5); return line }'

  afterEach(() => expect([readFileSync(output(), 'utf8'), leftovers()]).toEqual(['old', []]))

  test('that is aborted before the run', async () => {
    writeFileSync(output(), 'old')
    const reason = new Error('why')
    const error = await failureOf(
      run(job(SLOW), input(TEN), { output: output(), signal: AbortSignal.abort(reason) }),
    )
    expect(error).toMatchObject({ code: 'ERR_CANCELLED', cause: reason })
  })

  test('that is aborted during the run stops it between records', async () => {
    writeFileSync(output(), 'old')
    const began = performance.now()
    const signal = AbortSignal.timeout(50)
    const error = await failureOf(
      run(job(SLOW), input(TEN.repeat(1000)), { output: output(), signal, blockBytes: 4096 }),
    )
    expect(error.code).toBe('ERR_CANCELLED')
    expect(performance.now() - began).toBeLessThan(900)
  })

  test('ends a function that never returns, and the pool lives on', async () => {
    writeFileSync(output(), 'old')
    const signal = AbortSignal.timeout(50)
    const endless = job('export default () => { for (;;); }')
    expect((await failureOf(run(endless, input(TEN), { output: output(), signal }))).code).toBe(
      'ERR_CANCELLED',
    )
    expect(await outputOf(job('export default (line) => line'), input(TEN))).toBe(TEN)
  })
})

describe('what a job leaves behind', () => {
  test('and ends the worker that combines fails the run, though all workers have answered', async () => {
    // Worker 1 waits in its first record until worker 0 is dead; worker 0 in its own until worker 1 has begun.
    const source = `
      import { existsSync, writeFileSync } from 'node:fs'
      import { setTimeout } from 'node:timers'
      const BEGUN = ${JSON.stringify(pathOf('begun'))}
      const DEAD = ${JSON.stringify(pathOf('dead'))}
      const pause = new Int32Array(new SharedArrayBuffer(4))
      function waitFor(path) {
        for (let tries = 0; !existsSync(path) && tries < 3000; tries++) Atomics.wait(pause, 0, 0, 10)
      }
      let isFirst = true
      let own
      export default {
        setup({ workerIndex }) {
          own = workerIndex
          if (own === 0) process.on('exit', () => writeFileSync(DEAD, ''))
        },
        init: () => ({ count: 0 }),
        record(row, state) {
          if (isFirst && own === 1) { writeFileSync(BEGUN, ''); waitFor(DEAD) }
          if (isFirst && own === 0) { waitFor(BEGUN); setTimeout(() => { throw new Error('left behind') }, 50) }
          isFirst = false
          state.count++
        },
        combine: (a, b) => ({ count: a.count + b.count }),
      }`
    const error = await failureOf(run(job(source), input(TEN), { workers: 2, blockBytes: 4 }))
    expect(error.message).toMatch('the job threw outside of its functions: Error: left behind')
  })
})
