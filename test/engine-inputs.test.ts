/** Several inputs as one run, their columns, and inputs that are refused, too large, or change under the run. */
import { chmodSync, mkdirSync, statSync, writeFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { countOnPool } from '../dist/count.js'
import { batches, count, createPool, run as runAlone, split } from '../dist/index.js'
import { loadAddon } from '../dist/primitives/native.js'
import {
  enginePool,
  failureOf,
  input,
  job,
  outputOf,
  pathOf,
  recordJob,
  run,
  useEngine,
} from './engine-harness.js'

useEngine()

const HAS_ADDON = loadAddon() !== undefined
const STRATEGIES = HAS_ADDON ? (['mapped', 'pread'] as const) : (['pread'] as const)

describe('several inputs', () => {
  const PLACES = recordJob(
    "out.line([context.inputName.at(-5), context.lineNumber, context.recordNumber, context.inputOffset, row.id].join(' '))",
  )

  test('have numbers, header and byte order mark each of their own', async () => {
    const inputs = [
      input('id\n1\n2', 'a.csv'),
      input('\ufeffid\r\n3\r\n', 'b.csv'),
      input('id\n', 'c.csv'),
      input('\n"id"\n\n4\n', 'd.csv'),
    ]
    const expected = 'a 2 1 3 1\na 3 2 5 2\nb 2 1 7 3\nd 3 1 6 \nd 4 2 7 4\n'
    for (const blockBytes of [1, 4, 999])
      expect(await outputOf(PLACES, inputs, { blockBytes })).toBe(expected)
  })

  test('may have their columns in another order, and more of them', async () => {
    const inputs = [input('id,text\n1,a\n'), input('x,text,id\n0,b,2\n'), input('text,id\n"c",3\n')]
    expect(await outputOf(recordJob("out.field('id').field('text').end()"), inputs)).toBe('1,a\n2,b\n3,"c"\n')
    const typed = recordJob('out.row(row.id + 1, row.text)', "columns: { text: 'string', id: 'int8' },")
    expect(await outputOf(typed, inputs)).toBe('2,a\n3,b\n4,c\n')
  })

  test('must all have the columns that are read', async () => {
    const inputs = [input('id,text\n1,a\n'), input('id,name\n2,b\n', 'names.csv')]
    const error = await failureOf(run(recordJob("out.field('id').end()"), inputs))
    expect(error).toMatchObject({
      code: 'ERR_USAGE',
      message: `input ${inputs[1]} has no column "text"; it has id, name`,
    })
  })

  test('must have one header to pass it on', async () => {
    const passed = job("export default { output: 'input', record(row, out) { out.record() } }")
    const inputs = [input('id,text\n1,a\n'), input('text,id\nb,2\n')]
    const error = await failureOf(run(passed, inputs))
    expect(error).toMatchObject({
      code: 'ERR_USAGE',
      message: expect.stringContaining(`that of ${inputs[1]} differs`),
    })
    expect(await outputOf(recordJob('out.record()'), inputs)).toBe('1,a\nb,2\n')
  })

  test.each([[['', 'id\n1\n', '', '', 'id\n2\n', '']], [['\n\n', 'id\n1\n', '\r\n', 'id\n\r\n2\n']]])(
    'may be empty in between, also the first: %j',
    async (texts) => {
      const inputs = texts.map((text) => input(text))
      const passed = job(
        "export default { output: 'input', columns: { id: 'int32' }, record(row, out) { if (row.id) out.record() } }",
      )
      expect(await outputOf(passed, inputs)).toBe('id\n1\n2\n')
      const silent = job('export default { record(row, out) { out.record() } }')
      expect((await failureOf(run(silent, inputs))).message).toMatch(/output: 'input'/)
    },
  )

  test('must be of one format', async () => {
    const inputs = [input('id\n1\n'), input('{}\n', 'x.ndjson')]
    expect(await failureOf(run(recordJob(''), inputs))).toMatchObject({
      code: 'ERR_USAGE',
      message: expect.stringContaining(`${inputs[0]} is csv and ${inputs[1]} is ndjson`),
    })
    expect(await outputOf(job('export default line => line'), inputs)).toBe('id\n1\n{}\n')
  })

  test('may be many and tiny', async () => {
    const inputs = Array.from({ length: 200 }, (_, index) => input(index % 3 === 0 ? '' : `id\n${index}\n`))
    const expected = inputs.map((_, index) => (index % 3 === 0 ? '' : `${index}\n`)).join('')
    for (const strategy of STRATEGIES) {
      expect(await outputOf(recordJob('out.record()'), inputs, { strategy })).toBe(expected)
      const { count, perInput } = await countOnPool(enginePool(), inputs, { strategy, workers: 2 })
      expect([count, perInput.length, perInput[0].count, perInput[1].count]).toEqual([133, 200, 0, 1])
    }
  })

  test.runIf(HAS_ADDON)('are not mapped any longer than they are needed', async () => {
    const text = input('id\n1\n')
    for (let round = 0; round < 1100; round++)
      await run(recordJob(''), text, { strategy: 'mapped', memoryBytes: 4096 })
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(loadAddon()?.mappingCount()).toBeLessThan(100)
  })

  test('must be at least one', async () => {
    expect(await failureOf(run(recordJob(''), []))).toMatchObject({ code: 'ERR_USAGE' })
  })
})

describe('arguments that are wrong', () => {
  const csv = input('id\n1\n')
  const url = new URL('file:///in.csv')
  const options = (wrong: object | number | null): never => wrong as never
  const run = (wrong: object): Promise<unknown> => runAlone('./job.mjs', csv, options(wrong))
  const first = (wrong: object): Promise<unknown> => batches(csv, options(wrong)).next()
  const onPool = async (wrong: object | number | null): Promise<unknown> => {
    await using pool = createPool({ workers: 1 })
    return await pool.count(csv, options(wrong))
  }

  test.each<[string, () => Promise<unknown>]>([
    ['run has no option "ouput": did you mean output?', () => run({ ouput: 'x' })],
    ['run has no option "lines"; its options are workers, blockBytes, ', () => run({ lines: true })],
    ['count has no option "line": did you mean lines?', () => count(csv, options({ line: true }))],
    ['count has no option "onError"; its options are', () => count(csv, options({ onError: 'skip' }))],
    ['batches has no option "onError"; its options are', () => first({ onError: 'skip' })],
    ['batches has no option "column": did you mean columns?', () => first({ column: {} })],
    ['split has no option "record": did you mean records?', () => split(csv, options({ record: 5 }))],
    ['split has no option "args"; its options are', () => split(csv, options({ args: {} }))],
    ['createPool has no option "worker": did', async () => createPool(options({ worker: 2 }))],
    ['the options of createPool must be an object, found the number 2', async () => createPool(options(2))],
    ['the options of count must be an object, found null', () => count(csv, options(null))],
    ['the options of count must be an object, found null', () => onPool(null)],
    ['the options of count must be an object, found the number 5', () => onPool(5)],
    ['count has no option "line": did you mean lines?', () => onPool({ line: true })],
    ['signal must be an AbortSignal, found the number 5', () => onPool({ signal: 5 })],
    ['signal must be an AbortSignal, found the number 5', () => run({ signal: 5 })],
    ['output must be a string, found the number 5', () => run({ output: 5 })],
    ['args must be an object, found "a=b"', () => run({ args: 'a=b' })],
    ['onWarning must be a function, found the boolean true', () => run({ onWarning: true })],
    ['lines must be true or false, found "yes"', () => count(csv, options({ lines: 'yes' }))],
    ["`maxErrors` is used only with `onError` 'skip' or 'reject'", () => run({ maxErrors: 1 })],
    [
      'a job is a module: give its path or URL, found a function',
      () =>
        runAlone(
          options(() => 1),
          csv,
        ),
    ],
    ['expected at least one input, found none', () => runAlone('./job.mjs', undefined as never)],
    ['an input must be the path of a file, found a URL: give its path', () => count(options(url))],
    [
      'an input must be the path of a file, found a URL: give its path',
      () => split([options(url)], {} as never),
    ],
    ['output must be the name of a directory, found none', () => split(csv, undefined as never)],
  ])('%s', async (message, call) => {
    expect(await failureOf(call())).toMatchObject({
      code: 'ERR_USAGE',
      message: expect.stringContaining(message),
    })
  })

  test('an option that is undefined is not given', async () => {
    expect((await count(csv, options({ line: undefined }))).count).toBe(1)
  })
})

describe('columns', () => {
  test('are c1, c2 without a header, or as names says, also instead of a header', async () => {
    const text = input('1,2\n3,4\n')
    expect(await outputOf(recordJob('out.row(row.c2, row.c1)'), text, { header: false })).toBe('2,1\n4,3\n')
    const named = recordJob('out.row(row.y, row.x)')
    expect(await outputOf(named, text, { header: false, names: ['x', 'y'] })).toBe('2,1\n4,3\n')
    expect(await outputOf(named, text, { names: ['x', 'y'] })).toBe('4,3\n')
    const byJob = recordJob('out.row(row.y, row.x)', "header: false, names: ['x', 'y'],")
    expect(await outputOf(byJob, text)).toBe('2,1\n4,3\n')
    expect(await outputOf(byJob, text, { names: ['y', 'x'] })).toBe('1,2\n3,4\n')
  })

  test('must be as many as the names', async () => {
    const error = await failureOf(run(recordJob(''), input('1,2\n'), { names: ['x'] }))
    expect(error).toMatchObject({
      code: 'ERR_USAGE',
      message: expect.stringContaining('gives 1 columns, but'),
    })
  })

  test.each([
    [{ delimiter: ';;' }, 'delimiter'],
    [{ delimiter: '\n' }, 'delimiter'],
    [{ delimiter: '\u20ac' }, 'delimiter'],
    [{ quote: '' }, 'quote'],
    [{ quote: ',', delimiter: ',' }, 'differ'],
    [{ names: ['a', 'a'] }, 'twice'],
    [{ names: [] }, 'empty'],
    [{ blockBytes: 0 }, 'blockBytes'],
    [{ blockBytes: 1.5 }, 'blockBytes'],
    [{ workers: 0 }, 'workers'],
    [{ limit: -1 }, 'limit'],
    [{ format: 'xml' as 'csv' }, 'format'],
  ])('options like %j are refused', async (options, word) => {
    expect(await failureOf(run(recordJob(''), input('a\n'), options))).toMatchObject({
      code: 'ERR_USAGE',
      message: expect.stringContaining(word),
    })
  })

  test.each([
    ["delimiter: ';;',", 'delimiter'],
    ["quote: 'ab',", 'quote'],
    ["format: 'xml',", 'format'],
    ["header: 'yes',", 'header'],
    ["names: ['a', 'a'],", 'twice'],
    ["names: 'ab',", 'names'],
    ["columns: { a: 'int7' },", 'int7'],
    ["output: 'a',", 'output must be'],
    ['output: [1],', 'output must be'],
  ])('what the job says of them is checked: %s', async (part, word) => {
    const error = await failureOf(run(recordJob('', part), input('a\n1\n')))
    expect(error).toMatchObject({ code: 'ERR_MODULE', message: expect.stringContaining(word) })
  })

  test('that are missing are named, with those there are', async () => {
    const typed = recordJob('', "columns: { id: 'int32', nope: 'string' },")
    expect(await failureOf(run(typed, input('id,text\n1,a\n')))).toMatchObject({
      code: 'ERR_USAGE',
      message: expect.stringContaining('has no column "nope"; it has id, text'),
    })
  })

  test('of one name are told apart by a number', async () => {
    expect(await outputOf(recordJob('out.row(row.a_2, row.a, row.a_3)'), input('a,a,a_2,a\n1,2,3,4\n'))).toBe(
      '3,1,2\n',
    )
  })
})

describe('inputs that are refused', () => {
  test('a file that is not there, a folder, and one that nobody may read', async () => {
    const missing = pathOf('missing.csv')
    expect(await failureOf(run(recordJob(''), missing))).toMatchObject({
      code: 'ERR_INPUT_NOT_FOUND',
      message: `no such input: ${missing}`,
    })
    mkdirSync(pathOf('folder.csv'))
    expect((await failureOf(run(recordJob(''), pathOf('folder.csv')))).message).toMatch(
      /is a directory: name the files/,
    )
    if (process.getuid?.() === 0) return // root may read everything
    const secret = input('a\n')
    chmodSync(secret, 0)
    expect((await failureOf(run(recordJob(''), secret))).message).toMatch(/permission denied/)
  })

  test('leave the pool as it was: the next run gets its own job', async () => {
    for (let round = 0; round < 5; round++) {
      const lost = run(job('export default { output: ["wrong"], record() {} }'), pathOf('missing.csv'))
      expect((await failureOf(lost)).code).toBe('ERR_INPUT_NOT_FOUND')
      expect(await outputOf(recordJob('out.record()'), input('a\n1\n'))).toBe('1\n')
    }
  })

  test.each([
    ['gzip', [0x1f, 0x8b, 8, 0], 'gunzip'],
    ['zstd', [0x28, 0xb5, 0x2f, 0xfd], 'unzstd'],
    ['Parquet', [0x50, 0x41, 0x52, 0x31], 'export it as CSV'],
    ['UTF-16', [0xff, 0xfe, 97, 0], 'iconv -f UTF-16LE'],
    ['UTF-16', [0xfe, 0xff, 0, 97], 'iconv -f UTF-16BE'],
  ])('%s, by its first bytes %j', async (kind, bytes, hint) => {
    const error = await failureOf(run(recordJob(''), input(Buffer.from(bytes))))
    expect(error.code).toBe('ERR_FORMAT')
    expect(error.message).toContain(kind)
    expect(error.message).toContain(hint)
  })
})

describe('maxRecordBytes', () => {
  const COPY = job('export default { output: [], record(row, out) { out.record() } }')
  const max = 1000

  /** The failure at every block size, which must be the same. */
  async function failures(text: string, maxRecordBytes: number) {
    const path = input(text)
    const all = []
    for (const blockBytes of [61, 4096, 2 ** 20]) {
      for (const strategy of STRATEGIES) {
        const { code, position } = await failureOf(
          run(COPY, path, { blockBytes, strategy, maxRecordBytes, header: false }),
        )
        all.push(JSON.stringify([code, position?.lineNumber, position?.recordNumber, position?.inputOffset]))
      }
    }
    return [...new Set(all)]
  }

  test('is the longest record that passes, whatever ends it', async () => {
    const record = 'x'.repeat(max)
    for (const text of [
      record,
      `${record}\n`,
      `${record}\r\n${record}\n`,
      `"${'\n'.repeat(max - 2)}"\n${record}`,
    ]) {
      for (const blockBytes of [61, 2 ** 20]) {
        const report = await run(COPY, input(text), { blockBytes, maxRecordBytes: max, header: false })
        expect(report.output?.length).toBe(text.trim().replaceAll('\r', '').length + 1)
      }
    }
  })

  test.each([
    ['one byte more', `${'x'.repeat(max + 1)}\n`],
    ['one byte more, CRLF', `${'x'.repeat(max + 1)}\r\n`],
    ['one byte more, not ended', 'x'.repeat(max + 1)],
    ['one byte more, quoted', `"${'\n'.repeat(max - 1)}"\n`],
    ['far more', `${'x'.repeat(300_000)}\n`],
    ['far more, not ended', 'x'.repeat(300_000)],
    ['far more, before one that is longer', `${'x'.repeat(max + 5)}\n${'y'.repeat(200_000)}\n`],
    ['an open quote that nothing closes in reach', `"${'x\n'.repeat(100_000)}`],
    ['an open quote that nothing closes, just too long', `"${'x'.repeat(max)}`],
  ])('refuses %s, at every block size', async (_name, text) => {
    expect(await failures(`a\nb\n${text}`, max)).toEqual(['["ERR_RECORD_TOO_LARGE",3,3,4]'])
  })

  test('leaves an open quote in a record that is short enough', async () => {
    expect(await failures(`a\n"${'x'.repeat(max - 1)}`, max)).toEqual(['["ERR_UNCLOSED_QUOTE",2,2,2]'])
  })
})

describe('an input that changes during the run', () => {
  /** A job that changes the file named by its argument, once, and then goes on for a while. */
  const change = (what: string): string =>
    job(`import fs from 'node:fs'
      let isDone = false
      export default (line, out, { args, lineNumber }) => {
        if (lineNumber === 1000 && !isDone) { isDone = true; ${what}; Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20) }
        return line
      }`)
  const LINES = Array.from({ length: 50_000 }, (_, index) => `line ${index} of many`).join('\n')

  async function outcome(what: string, options = {}) {
    const path = input(LINES)
    const output = pathOf('changed.out')
    writeFileSync(output, 'old')
    const warnings: string[] = []
    const args = { file: path }
    const settings = {
      blockBytes: 4096,
      args,
      output,
      onWarning: (text: string) => warnings.push(text),
      ...options,
    }
    const result = await run(change(what), path, settings).then(
      () => 'done',
      ({ code, message }) => `${code} ${message}`,
    )
    return { result, warnings, outputBytes: statSync(output).size }
  }

  test.each(STRATEGIES)('to less fails it: %s', async (strategy) => {
    const { result, outputBytes } = await outcome('fs.truncateSync(args.file, 5000)', { strategy })
    expect(result).toMatch(/^ERR_INPUT .*(truncated|shrank|shrunk)/)
    expect(outputBytes).toBe(3)
  })

  test.each(STRATEGIES)('to nothing fails it: %s', async (strategy) => {
    const { result, outputBytes } = await outcome('fs.truncateSync(args.file, 0)', { strategy })
    expect(result).toMatch(/^ERR_INPUT .*(truncated|shrank|shrunk)/)
    expect(outputBytes).toBe(3)
  })

  test('to other bytes of the same length fails it', async () => {
    const { result, outputBytes } = await outcome("fs.writeSync(fs.openSync(args.file, 'r+'), 'LINE')")
    expect(result).toMatch(/^ERR_INPUT .* was rewritten during the run/)
    expect(outputBytes).toBe(3)
  })

  test('to more is a warning, and the bytes at the start count', async () => {
    const { result, warnings, outputBytes } = await outcome(
      "fs.appendFileSync(args.file, 'more\\nand more\\n')",
    )
    expect(result).toBe('done')
    expect(warnings).toEqual([
      expect.stringContaining(`only its ${LINES.length} bytes at the start were processed`),
    ])
    expect(outputBytes).toBe(LINES.length + 1)
  })

  test('to more fails it with strictSize', async () => {
    const { result, outputBytes } = await outcome("fs.appendFileSync(args.file, 'more')", {
      strictSize: true,
    })
    expect(result).toMatch(/^ERR_INPUT .* was grown during the run/)
    expect(outputBytes).toBe(3)
  })

  test('of name or inode only is nothing', async () => {
    const { result, warnings } = await outcome(
      "fs.renameSync(args.file, args.file + '.old'); fs.writeFileSync(args.file, '')",
    )
    expect([result, warnings]).toEqual(['done', []])
  })
})
