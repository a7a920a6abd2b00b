/** What jobs may emit, what becomes of records that fail, and how several inputs are one run. */
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { failureOf, input, job, outputOf, pathOf, recordJob, run, useEngine } from './engine-harness.js'

useEngine()

const ROWS = 'id,text\n1,a\n2,"b,""c"""\n3,\n4,d\n5,e\n'

const QUOTED_ROWS = ['a', '"b,""c"""', '', 'd', 'e'].map((text) => `${text},1,true,,-0.5,"x\ny"\n`).join('')

describe('the emitter', () => {
  test.each<[string, string, string]>([
    ['text and line', "out.text('<').text(row.id).line('>')", '<1>\n<2>\n<3>\n<4>\n<5>\n'],
    ['row, quoted where it must be', "out.row(row.text, 1n, true, null, -0.5, 'x\\ny')", QUOTED_ROWS],
    ['fields in another order', "out.field('text').field(1).end()", 'a,1\n"b,""c""",2\n,3\nd,4\ne,5\n'],
    ['the record', 'out.record()', '1,a\n2,"b,""c"""\n3,\n4,d\n5,e\n'],
    ['bytes', 'out.bytes(new Uint8Array([48, 10]))', '0\n0\n0\n0\n0\n'],
    ['nothing', '', ''],
    ['a row of one empty value', "out.row('')", '""\n""\n""\n""\n""\n'],
    ['a row of nothing', 'out.row()', '\n\n\n\n\n'],
    [
      'everything mixed, in order',
      "if (row.id < '3') out.record().text('t').bytes(Buffer.from('b')).line('l').field(1).end().row('r')",
      '1,a\ntbl\n1\nr\n2,"b,""c"""\ntbl\n2\nr\n',
    ],
  ])('%s', async (_name, body, expected) => {
    expect(await outputOf(recordJob(body), input(ROWS))).toBe(expected)
  })

  test('a value in a line function comes in its order, whatever the lines around it', async () => {
    const values = job("export default (line, out) => { out.value('v' + line).end(); return line }")
    expect(await outputOf(values, input('a\nb\né\nc\n'))).toBe('va\na\nvb\nb\nvé\né\nvc\nc\n')
    expect(await outputOf(values, input('a\nb\nc\n'))).toBe('va\na\nvb\nb\nvc\nc\n')
  })

  test.each(['auto', 'portable'] as const)(
    'a value that cannot be written, and whose error the job catches, leaves no trace: %s',
    async (primitives) => {
      const caught = "for (const value of ['bad\\ttab', Symbol()]) try { out.value(value) } catch {}"
      const text = input('a\n1\n2\n3\n', 'x.tsv')
      const first = recordJob(`${caught} out.value(row.a).end()`)
      expect(await outputOf(first, text, { primitives })).toBe('1\n2\n3\n')
      const second = recordJob(`out.value(row.a); ${caught} out.end()`)
      expect(await outputOf(second, text, { primitives })).toBe('1\n2\n3\n')
      const third = recordJob(`out.value(''); ${caught} out.value(row.a).end()`)
      expect(await outputOf(third, text, { primitives })).toBe('\t1\n\t2\n\t3\n')
    },
  )

  test('writes rows in the input\u2019s dialect', async () => {
    const text = input("a;b\n1;'x;y'\n", 'semicolon.csv')
    const module = recordJob("out.row(row.b, 'it\\'s', ',')")
    expect(await outputOf(module, text, { delimiter: ';', quote: "'" })).toBe("'x;y';'it''s';,\n")
  })

  test('writes a value that no quote can wrap as an error of its record', async () => {
    const error = await failureOf(run(recordJob("out.row('a\\tb')"), input('a\tb\n1\t2\n', 'x.tsv')))
    expect(error).toMatchObject({
      code: 'ERR_VALUE',
      position: { lineNumber: 2, recordNumber: 1, inputOffset: 4 },
    })
  })

  test.each([
    ['out.end()', /no out\.field\(\) or out\.value\(\) has begun/],
    ['out.field(1)', /not ended by out\.end/],
    ["out.field(1).line('x')", /out\.end\(\) is missing/],
    ['out.field(1).record()', /out\.end\(\) is missing/],
    ["out.field('nope')", /unknown column "nope"/],
    ['out.field(3)', /unknown column 3/],
    ['out.text(1)', /out\.text\(\) expects a string, found number/],
    ['out.line(undefined)', /out\.line\(\) expects a string, found undefined/],
    ["out.bytes('x')", /out\.bytes\(\) expects a Uint8Array, found string/],
    ['out.row({})', /must be a string, number, bigint, boolean or null, found an object/],
    ['out.row(Symbol())', /found a symbol/],
    ['out.at(7)', /out\.at\(\) expects the index of one of the batch's \d+ records, found 7/],
    ['out.at(-1)', /found -1/],
    ['return row.nope', /unknown column "nope"/],
  ])('refuses %s, under every policy', async (body, message) => {
    for (const onError of ['fail', 'skip'] as const) {
      const error = await failureOf(
        run(recordJob(`if (row.id === '2') { ${body} }`), input(ROWS), { onError }),
      )
      expect(error.message).toMatch(message)
      expect(error).toMatchObject({
        code: 'ERR_USER_FUNCTION',
        position: { lineNumber: 3, recordNumber: 2, inputOffset: 12 },
      })
    }
  })

  test('refuses out.record() where the header would be lost, and passes it on with output: input', async () => {
    const silent = job('export default { record(row, out) { out.record() } }')
    expect((await failureOf(run(silent, input(ROWS)))).message).toMatch(/output: 'input'/)
    const passed = job("export default { output: 'input', record(row, out) { out.record() } }")
    expect(await outputOf(passed, input(`\ufeff${ROWS}`))).toBe(ROWS)
    expect(await outputOf(silent, input('1,2\n'), { header: false })).toBe('1,2\n')
  })

  test('writes the header that the job names, quoted', async () => {
    const module = job("export default { output: ['a', 'b,c'], record(row, out) { out.row(row.id, 1) } }")
    expect(await outputOf(module, input('id,x\n7,8\n'))).toBe('a,"b,c"\n7,1\n')
    expect(await outputOf(module, input('', 'none.csv'))).toBe('a,"b,c"\n')
  })

  test('in a batch function reaches every record, in any order, and line numbers too', async () => {
    const module = job(`export default { output: [], batch(batch, out) {
      for (let index = batch.recordCount - 1; index >= 0; index--) {
        const { start, end } = batch.fields('id')
        out.text(batch.lineNumber(index) + ' ' + batch.recordNumber(index) + ' ')
        out.text(batch.bytes.latin1Slice(start[index], end[index]) + ' ').at(index).record()
      }
    } }`)
    const text = input('id,x\n1,"\n"\n2,b\n\n3,c\n4,d\n')
    const expected = '7 4 4 4,d\n6 3 3 3,c\n4 2 2 2,b\n2 1 1 1,"\n"\n'
    expect(await outputOf(module, text, { blockBytes: 4096 })).toBe(expected)
    expect(await outputOf(module, text, { blockBytes: 4096, batchRecords: 2 })).toBe(
      '4 2 2 2,b\n2 1 1 1,"\n"\n7 4 4 4,d\n6 3 3 3,c\n',
    )
  })

  test('keeps line numbers right behind a batch that asked for them backwards, and in its error', async () => {
    const module = job(`export default { output: [], batch(batch, out) {
      for (let index = batch.recordCount - 1; index >= 0; index--) out.line(String(batch.lineNumber(index)))
      if (batch.recordNumber(0) === 4) throw new Error('no more')
    } }`)
    const error = await failureOf(
      run(module, input('a\n1\n2\n3\n4\n5\n6\n'), { blockBytes: 99, batchRecords: 3 }),
    )
    expect(error.position).toMatchObject({ lineNumber: 5, recordNumber: 4, inputOffset: 8 })
  })
})

describe('line functions', () => {
  test.each<[string, string, string]>([
    ['a string', "line => line + '!'", 'a!\nb!\n!\n'],
    ['the line itself', 'line => line', 'a\nb\n\n'],
    ['undefined', "line => line === 'a' ? undefined : line", 'b\n\n'],
    ['null', 'line => null', ''],
    ['an empty string', "line => ''", '\n\n\n'],
    ['an array', "line => [line, '', Buffer.from('x')]", 'a\n\nx\nb\n\nx\n\n\nx\n'],
    ['bytes', 'line => new Uint8Array([49, 50])', '12\n12\n12\n'],
    ['nothing, but emits', "(line, out) => { out.line('<' + line + '>') }", '<a>\n<b>\n<>\n'],
    ['the line, and emits', "(line, out) => { out.text('-'); return line }", '-a\n-b\n-\n'],
  ])('may return %s', async (_name, source, expected) => {
    expect(await outputOf(job(`export default ${source}`), input('a\nb\r\n\n'))).toBe(expected)
  })

  test.each([
    ['1', 'a value of type number'],
    ['({})', 'a value of type object'],
    ['true', 'a value of type boolean'],
    ['[1]', 'a value of type number'],
    ['[[line]]', 'an array'],
    ['() => line', 'a value of type function'],
  ])('may not return %s', async (value, found) => {
    const error = await failureOf(
      run(job(`export default (line) => line === 'b' ? ${value} : line`), input('a\nb\n')),
    )
    expect(error.message).toContain(
      `must return string, undefined, array of strings or Uint8Array, found ${found}`,
    )
    expect(error).toMatchObject({
      code: 'ERR_USER_FUNCTION',
      position: { lineNumber: 2, inputOffset: 2 },
      excerpt: 'b',
    })
    expect(error.position).not.toHaveProperty('recordNumber')
  })

  test('keep bytes of a line that comes back unchanged, and replace them in a changed one', async () => {
    const bytes = Buffer.from('\xff\xc3\n\xed\xa0\x80\r\nx', 'latin1')
    const same = await run(job('export default line => line'), input(bytes))
    expect(same.output).toEqual(Buffer.from('\xff\xc3\n\xed\xa0\x80\nx\n', 'latin1'))
    expect(await outputOf(job("export default line => line + '.'"), input(bytes))).toBe(
      '\ufffd\ufffd.\n\ufffd\ufffd\ufffd.\nx.\n',
    )
  })

  test('write half of a character as its replacement', async () => {
    expect(await outputOf(job("export default line => '\\ud83d'"), input('a'))).toBe('\ufffd\n')
  })
})

describe('records that fail', () => {
  const BAD = 'id,text\n1,a\nbad,b\n3\n4,d\n5,e,f\n6,"g\n7"\n'
  const module = recordJob(
    'out.text(row.get(2)); out.field(2).end(); out.line(String(row.id))',
    "columns: { id: 'int32', text: 'string' },",
  )

  test.each<[string, string, string, object]>([
    [
      'a field that does not parse',
      'id,text\n1,a\nbad,b\n3\n',
      'ERR_VALUE',
      { lineNumber: 3, recordNumber: 2 },
    ],
    ['a field too few', 'id,text\n1,a\n3\nbad,b\n', 'ERR_RAGGED', { lineNumber: 3, recordNumber: 2 }],
    ['a field too many', 'id,text\n1,"\n"\n3,4,5\n', 'ERR_RAGGED', { lineNumber: 4, recordNumber: 2 }],
    ['an integer too large', 'id,text\n2147483648,a\n', 'ERR_VALUE', { lineNumber: 2, recordNumber: 1 }],
  ])('fail the run: %s', async (_name, text, code, position) => {
    expect(await failureOf(run(module, input(text)))).toMatchObject({ code, position })
  })

  test('are skipped, with all they have emitted', async () => {
    const report = await run(module, input(BAD), { onError: 'skip' })
    expect(String(report.output)).toBe('aa\n1\ndd\n4\ng\n7"g\n7"\n6\n')
    expect(report).toMatchObject({ records: 6, errors: 3 })
  })

  test('are rejected as they stand, under their header', async () => {
    const reject = pathOf('rejects.csv')
    const report = await run(module, input(BAD), { onError: 'reject', reject })
    expect(String(report.output)).toBe('aa\n1\ndd\n4\ng\n7"g\n7"\n6\n')
    expect(readFileSync(reject, 'utf8')).toBe('id,text\nbad,b\n3\n5,e,f\n')
    expect(report).toMatchObject({ records: 6, errors: 3 })
  })

  test('take back more than a slot, and more than the region', async () => {
    const long =
      recordJob(`for (let i = 0; i < 300; i++) out.line(row.a + '-' + 'x'.repeat(99)).record().bytes(Buffer.from('b'))
      if (row.a % 2) throw new Error('odd')`)
    const text = input(`a\n${Array.from({ length: 12 }, (_, index) => `${index}\n`).join('')}`)
    const expected = [0, 2, 4, 6, 8, 10].map((a) => `${a}-${'x'.repeat(99)}\n${a}\nb`.repeat(300)).join('')
    for (const memory of [{}, { slotBytes: 64, memoryBytes: 192 }, { slotBytes: 4096, memoryBytes: 4096 }]) {
      expect(await outputOf(long, text, { onError: 'skip', ...memory })).toBe(expected)
    }
  })

  test('are as many as maxErrors allows', async () => {
    expect(await run(module, input(BAD), { onError: 'skip', maxErrors: 3 })).toMatchObject({ errors: 3 })
    for (const blockBytes of [4, 1024]) {
      const options = { onError: 'skip', maxErrors: 2, workers: 3, blockBytes } as const
      const error = await failureOf(run(module, input(BAD), options))
      expect(error).toMatchObject({
        code: 'ERR_VALUE',
        message: expect.stringMatching(
          /^more than 2 records failed, the most that `maxErrors` allows; the first: .*, line 3: /,
        ),
      })
    }
  })

  test('never include an unclosed quote', async () => {
    const text = input('id,text\n1,a\n2,"b\n3,c\n')
    for (const onError of ['fail', 'skip'] as const) {
      const error = await failureOf(run(module, text, { onError }))
      expect(error).toMatchObject({
        code: 'ERR_UNCLOSED_QUOTE',
        position: { lineNumber: 3, recordNumber: 2, inputOffset: 12 },
      })
      expect(error.message).toContain('the quote at byte 14 (line 3) is never closed')
    }
  })

  test('carry the thrown error, its stack, and the record shortened', async () => {
    const error = await failureOf(
      run(recordJob("if (row.id === '2') throw new TypeError('oh')"), input(`id\n1\n2\n`)),
    )
    expect(error).toMatchObject({
      code: 'ERR_USER_FUNCTION',
      excerpt: '2',
      message: "the user's function threw TypeError: oh",
    })
    expect((error.cause as Error).stack).toMatch(/TypeError: oh\n.*job-\d+\.mjs/)
    const long = await failureOf(run(recordJob('throw 1'), input(`id\n${'y'.repeat(999)}\n`)))
    expect(long.excerpt).toBe(`${'y'.repeat(200)}\u2026 (999 bytes)`)
    expect(long.message).toContain('a thrown value that is no Error: 1')
  })

  test('need a place to go with reject, another one than the output', async () => {
    const text = input(BAD)
    const reject = pathOf('one-file')
    const cases = [{ onError: 'reject' }, { reject }, { onError: 'reject', reject, output: reject }] as const
    for (const options of cases)
      expect(await failureOf(run(module, text, options))).toMatchObject({ code: 'ERR_USAGE' })
  })

  test.each([1, 7, 999])('are told of in one warning, with the first: blocks of %i', async (blockBytes) => {
    const warnings: string[] = []
    const onWarning = (message: string): void => void warnings.push(message)
    const [good, bad] = [input('id,n\n1,1\n'), input('id,n\n1,1\n2\n3,3\n4\n')]
    await run(recordJob(''), [good, bad, good], { onError: 'skip', blockBytes, onWarning })
    expect(warnings).toEqual([
      `2 of 6 records skipped; the first: ${bad}, line 3: ${(await failureOf(run(recordJob(''), bad))).message}`,
    ])
  })

  test('are no business of a batch function', async () => {
    const batch = job('export default { batch() {} }')
    expect((await failureOf(run(batch, input(BAD), { onError: 'skip' }))).message).toMatch(
      /batch function sees whole/,
    )
  })
})

describe('limit', () => {
  const text = 'id\n1\n2\n3\n4\n'
  test.each([0, 1, 3, 4, 5, 8, 9])('%i records of two inputs together', async (limit) => {
    const expected = ['1', '2', '3', '4', '1', '2', '3', '4']
      .slice(0, limit)
      .map((id) => `${id}\n`)
      .join('')
    for (const blockBytes of [1, 3, 999]) {
      const report = await run(recordJob('out.record()'), [input(text), input(text)], { limit, blockBytes })
      expect(String(report.output)).toBe(expected)
      expect(report.records).toBe(Math.min(limit, 8))
    }
  })

  test('leaves what is behind it unread: no error there counts', async () => {
    const behind = input('id,x\n1,a\n2,b\n3\n4,"\n5,d\n')
    for (const blockBytes of [1, 3, 7, 999]) {
      expect(await outputOf(recordJob('out.record()'), behind, { limit: 2, blockBytes })).toBe('1,a\n2,b\n')
      expect((await failureOf(run(recordJob(''), behind, { limit: 3, blockBytes }))).code).toBe('ERR_RAGGED')
      const skipped = run(recordJob(''), behind, { limit: 4, blockBytes, onError: 'skip' })
      expect((await failureOf(skipped)).code).toBe('ERR_UNCLOSED_QUOTE')
    }
  })

  test('counts lines, the header among them, in a line function', async () => {
    expect(await outputOf(job('export default line => line'), input(text), { limit: 2 })).toBe('id\n1\n')
  })
})
