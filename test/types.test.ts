/**
 * The public types, as users meet them. The compiler is the test: `npm run typecheck` here, and
 * `npm run test:package` against the packed declarations. Nothing is run.
 */

import {
  type CountReport,
  count,
  createPool,
  type ErrorCode,
  type Explanation,
  explainRun,
  freq,
  type GroupOptions,
  groupBy,
  LinemillError,
  type LinemillPool,
  type Position,
  type Report,
  type ResultRow,
  type RunOptions,
  run,
} from 'linemill'
import { type Batch, type ColumnType, type Context, defineJob, type Emitter, type Row } from 'linemill/job'
import { describe, expectTypeOf, test } from 'vitest'

/** Calls are compiled, not made. */
function compiled(_body: () => unknown): void {}

describe('verbs', () => {
  test('give reports', () => {
    compiled(async () => {
      const report = await run('./job.mjs', 'in.csv', { workers: 2, output: 'out.csv' })
      expectTypeOf(report).toEqualTypeOf<Report>()
      expectTypeOf(report.output).toEqualTypeOf<Buffer | undefined>()
      expectTypeOf(report.result).toEqualTypeOf<unknown>()
      expectTypeOf(await run(new URL('file:///job.mjs'), ['a', 'b'] as const)).toEqualTypeOf<Report>()
      expectTypeOf(await count('in.csv', { lines: true })).toEqualTypeOf<CountReport>()
      expectTypeOf(await explainRun('./job.mjs', 'in.csv')).toEqualTypeOf<Explanation>()
    })
  })

  test('give rows where no output is named', () => {
    compiled(async () => {
      const { rows } = await groupBy('a', 'in.csv', { aggregates: 'sum(b)', where: 'b > 1' })
      expectTypeOf(rows).toEqualTypeOf<readonly ResultRow[]>()
      const written = await groupBy('a', 'in.csv', { output: 'out.csv' })
      expectTypeOf(written.rows).toEqualTypeOf<readonly ResultRow[] | undefined>()
      const values = await freq('a', 'in.csv')
      expectTypeOf(values.rows[0].count).toEqualTypeOf<number>()
      const options: GroupOptions = {}
      expectTypeOf((await groupBy('a', 'in.csv', options)).rows).toEqualTypeOf<
        readonly ResultRow[] | undefined
      >()
      const pool = createPool()
      expectTypeOf((await pool.groupBy('a', 'in.csv')).rows).toEqualTypeOf<readonly ResultRow[]>()
      expectTypeOf((await pool.freq('a', 'in.csv', { top: 3 })).rows.length).toEqualTypeOf<number>()
      // @ts-expect-error an expression is text
      await pool.stats('in.csv', { where: 4 })
    })
  })

  test('refuse options that there are not, and values of another kind', () => {
    compiled(async () => {
      // @ts-expect-error a typing mistake
      await run('./job.mjs', 'in.csv', { worker: 2 })
      // @ts-expect-error a number is wanted
      await run('./job.mjs', 'in.csv', { workers: '2' })
      // @ts-expect-error not a format
      await count('in.csv', { format: 'xml' })
      // @ts-expect-error count has no output
      await count('in.csv', { output: 'out.csv' })
      // @ts-expect-error a function cannot cross threads
      await run((line: string) => line, 'in.csv')
      // @ts-expect-error the input is missing
      await run('./job.mjs')
    })
  })

  test('take options that nobody can change', () => {
    const options: RunOptions = { workers: 2, names: ['a'] }
    compiled(() => {
      // @ts-expect-error read-only
      options.workers = 3
      // @ts-expect-error read-only
      options.names?.push('b')
    })
    expectTypeOf<RunOptions['strategy']>().toEqualTypeOf<'auto' | 'mapped' | 'pread' | undefined>()
  })

  test('are those of a pool, which ends with its scope', () => {
    compiled(async () => {
      await using pool = createPool({ workers: 2 })
      expectTypeOf(pool).toEqualTypeOf<LinemillPool>()
      expectTypeOf(await pool.run('./job.mjs', 'in.csv')).toEqualTypeOf<Report>()
      expectTypeOf(await pool.count(['in.csv'])).toEqualTypeOf<CountReport>()
    })
  })
})

test('the error has a code of a closed union, and a position where there is one', () => {
  const error = new LinemillError('ERR_INPUT', 'why')
  expectTypeOf(error).toExtend<Error>()
  expectTypeOf(error.code).toEqualTypeOf<ErrorCode>()
  expectTypeOf(error.position).toEqualTypeOf<Position | undefined>()
  expectTypeOf<Position['recordNumber']>().toEqualTypeOf<number | undefined>()
  // @ts-expect-error not in the union
  new LinemillError('ERR_OTHER', 'why')
})

describe('defineJob', () => {
  test('takes a line function', () => {
    const job = defineJob((line) => (line === '' ? undefined : line))
    expectTypeOf(job).parameter(0).toEqualTypeOf<string>()
  })

  test('types the row by the columns', () => {
    defineJob({
      columns: { id: 'int32', big: 'uint64', ratio: 'float64', is_new: 'boolean', name: 'string' },
      record(row, out, context) {
        expectTypeOf(row.id).toEqualTypeOf<number | null>()
        expectTypeOf(row.big).toEqualTypeOf<bigint | null>()
        expectTypeOf(row.ratio).toEqualTypeOf<number | null>()
        expectTypeOf(row.is_new).toEqualTypeOf<boolean | null>()
        expectTypeOf(row.name).toEqualTypeOf<string>()
        expectTypeOf(context).toEqualTypeOf<Context>()
        expectTypeOf(out.field('id').field(2).end().record().row(row.id, 'x', null)).toEqualTypeOf<Emitter>()
        // @ts-expect-error a column that is not declared
        row.nam
        // @ts-expect-error a row is no place to keep things
        row.id = 3
        // @ts-expect-error an object is no value of a field
        out.row({})
      },
    })
    // @ts-expect-error not a type
    defineJob({ columns: { id: 'int7' }, record() {} })
  })

  test('types the state of a reduction by init', () => {
    defineJob({
      columns: { price: 'float64' },
      init: () => new Map<string, number>(),
      record(row, state, context) {
        expectTypeOf(row.price).toEqualTypeOf<number | null>()
        expectTypeOf(state).toEqualTypeOf<Map<string, number>>()
        expectTypeOf(context.recordNumber).toEqualTypeOf<number>()
      },
      combine(a, b) {
        expectTypeOf([a, b]).toEqualTypeOf<Map<string, number>[]>()
        return a
      },
      finish: (state) => [...state],
    })
    // @ts-expect-error combine is missing
    defineJob({ init: () => ({ n: 0 }), record: () => {} })
  })

  test('knows functions of lines and batches', () => {
    defineJob({
      line(line, out, context) {
        expectTypeOf(line).toEqualTypeOf<string>()
        expectTypeOf(out).toEqualTypeOf<Emitter>()
        expectTypeOf(context).toEqualTypeOf<Context>()
        return context.lineNumber % 2 === 0 ? [line, Buffer.from(line)] : undefined
      },
    })
    defineJob({
      batch(batch, out) {
        expectTypeOf(batch).toEqualTypeOf<Batch>()
        expectTypeOf(batch.recordCount).toEqualTypeOf<number>()
        out.at(0).record()
      },
    })
    // @ts-expect-error a promise is no result
    defineJob({ line: async (line: string) => line })
    // @ts-expect-error a number is no line
    defineJob({ line: (line: string) => line.length })
    // @ts-expect-error a typing mistake
    defineJob({ line: (line: string) => line, colums: {} })
  })

  test('without columns reads any', () => {
    defineJob({
      record(row) {
        expectTypeOf(row).toExtend<Row>()
        expectTypeOf(row.get(1)).toExtend<unknown>()
      },
    })
    expectTypeOf<ColumnType>().toExtend<string>()
  })
})
