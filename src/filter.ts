import { now } from './clock.js'
import { makeExplanation } from './engine/figures.js'
import { headerOf } from './engine/job-output.js'
import { onOwnPool } from './engine/own-pool.js'
import { openPrepared, type Prepared } from './engine/prepare.js'
import { transform } from './engine/transform.js'
import { LinemillError } from './errors.js'
import { compileExpression } from './expression/compile.js'
import { closeInputs } from './input/open.js'
import type { FilterDescription } from './kernel/filter-kernel.js'
import { flag, type RunOptions, resolveOptions, type Settings, type Verb } from './options.js'
import type { Explanation, FilterPlan, Report } from './report.js'
import type { Pool } from './worker/pool.js'

export interface FilterOptions extends Omit<RunOptions, 'args' | 'exportName' | 'timeoutSeconds'> {
  /** Let the records pass for which the expression does not hold. Default false. */
  readonly invert?: boolean
  /** Count the records that pass, and write none of them. Default false. */
  readonly count?: boolean
}

const VERB: Verb = {
  name: 'filter',
  also: ['invert', 'count'],
  without: ['args', 'exportName', 'timeoutSeconds'],
}

export interface FilterReport extends Report {
  /** Records that passed. */
  readonly passed: number
}

/**
 * Let the records pass for which a JavaScript expression over their columns holds, as they stand and in order, behind
 * the inputs' header. docs/expressions.md says what an expression may be, and what it means.
 *
 * @returns the run's figures; `output` holds the bytes where no `options.output` is given.
 * @throws LinemillError ERR_USAGE that shows where the expression is wrong; ERR_RAGGED, ERR_USER_FUNCTION where it
 * throws, and others with the record's position; no output file is changed then.
 */
export function filter(
  expression: string,
  inputs: string | readonly string[],
  options: FilterOptions = {},
): Promise<FilterReport> {
  return onOwnPool(options, VERB, (pool) => filterOnPool(pool, expression, inputs, options))
}

/** Filter on workers that are there already, or start them. */
export async function filterOnPool(
  pool: Pool,
  expression: string,
  inputs: string | readonly string[],
  options: FilterOptions = {},
): Promise<FilterReport> {
  const began = now()
  const filtering = prepareFilter(expression, inputs, options)
  try {
    return await filterPrepared(filtering, pool, began)
  } finally {
    closeInputs(filtering.prepared.inputs)
  }
}

/** A filter that is ready to run. */
interface Filtering {
  readonly prepared: Prepared
  readonly settings: Settings
  readonly kernel: FilterDescription
  readonly plan: FilterPlan
}

async function filterPrepared(filtering: Filtering, pool: Pool, began: number): Promise<FilterReport> {
  const { prepared, settings, kernel } = filtering
  const isWritten = !kernel.isCount || settings.reject !== undefined
  const rejectHeader = isWritten ? headerOf(prepared) : NOTHING
  const header = kernel.isCount ? NOTHING : rejectHeader
  const output = { kernel, header, rejectHeader, isWritten }
  const { report, execution } = await transform(prepared, pool, output, settings, began)
  return { ...report, passed: execution.passed }
}

const NOTHING = Buffer.alloc(0)

/** Say what `filter` would do, without doing it. */
export async function explainFilter(
  expression: string,
  inputs: string | readonly string[],
  options: FilterOptions = {},
): Promise<Explanation> {
  const { prepared, settings, kernel, plan } = prepareFilter(expression, inputs, options)
  closeInputs(prepared.inputs)
  const explanation = makeExplanation(prepared, settings, {
    kind: 'filter',
    isReduction: kernel.isCount,
    columns: kernel.expression.columns,
    outputs: settings.onError === 'reject' ? 2 : 1,
    work: { kernel },
  })
  return { ...explanation, expression: plan }
}

function prepareFilter(
  expression: string,
  inputs: string | readonly string[],
  options: FilterOptions,
): Filtering {
  const settings = resolveOptions(options, VERB)
  const isInverted = flag('invert', options.invert, false)
  const isCount = flag('count', options.count, false)
  if (isCount && settings.output !== undefined) {
    throw new LinemillError('ERR_USAGE', '`count` writes no records, so there is nothing for `output`')
  }
  if (typeof expression !== 'string') {
    throw new LinemillError('ERR_USAGE', `expected an expression as a string, found ${typeof expression}`)
  }
  const { format, delimiter, quote, header, names } = settings
  let result: ReturnType<typeof compileExpression> | undefined
  const prepared = openPrepared(inputs, settings, {
    choice: { format, delimiter, quote, header, names },
    columns(there) {
      result = compileExpression(expression, there)
      return result.compiled.columns
    },
    members: () => result?.compiled.members ?? [],
  })
  const { compiled, plan } = result as NonNullable<typeof result>
  const kernel = { name: 'filter', expression: compiled, isInverted, isCount } as const
  return { prepared, settings, kernel, plan: { ...plan, isInverted } }
}
