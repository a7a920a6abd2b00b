import { now } from './clock.js'
import type { Execution } from './engine/execute.js'
import { makeExplanation } from './engine/figures.js'
import { headerOf } from './engine/job-output.js'
import { onOwnPool } from './engine/own-pool.js'
import { openPrepared, type Prepared } from './engine/prepare.js'
import { copyRecords, lowestRecords } from './engine/sampled.js'
import { type Transform, transform } from './engine/transform.js'
import { LinemillError } from './errors.js'
import { closeInputs } from './input/open.js'
import type { SampledRecords } from './kernel/sampled-records.js'
import {
  ABOUT_JOBS,
  type CommonOptions,
  resolveOptions,
  type Settings,
  type Verb,
  wholeNumber,
} from './options.js'
import type { Explanation, Report, SamplePlan } from './report.js'
import type { Pool } from './worker/pool.js'

export interface SampleOptions extends Omit<CommonOptions, 'names'> {
  /** How many records; all, where there are fewer. */
  readonly records?: number
  /** In place of `records`: the part of the records that passes, about, from 0 to 1. */
  readonly fraction?: number
  /** The same seed and records: the same sample. A whole number from 0 to 2^53 - 1. Default 1. */
  readonly seed?: number
  /** File to write, `-` for standard output. Omitted: the output's bytes are in the report's `output`. */
  readonly output?: string
  /** Sync file and directory before the run is done. Default false. */
  readonly sync?: boolean
}

const VERB: Verb = {
  name: 'sample',
  also: ['records', 'fraction', 'seed'],
  without: [...ABOUT_JOBS, 'names'],
}

export interface SampleReport extends Report {
  /** Records that passed. */
  readonly passed: number
}

/**
 * Pass on a random sample of the records, as they stand and in order, behind the inputs' header. Which ones depends on
 * seed and number of each record alone, by a hash that does not change (docs/records.md): those with the `records`
 * lowest hashes, each set of as many records being as probable as any other; or with `fraction` each by itself.
 *
 * @returns the run's figures; `output` holds the bytes where no `options.output` is given.
 * @throws LinemillError ERR_USAGE; ERR_UNCLOSED_QUOTE with the position of the quote; ERR_OUTPUT; ERR_INPUT and others
 * for the inputs.
 */
export function sample(
  inputs: string | readonly string[],
  options: SampleOptions = {},
): Promise<SampleReport> {
  return onOwnPool(options, VERB, (pool) => sampleOnPool(pool, inputs, options))
}

/** Sample on workers that are there already, or start them. */
export async function sampleOnPool(
  pool: Pool,
  inputs: string | readonly string[],
  options: SampleOptions = {},
): Promise<SampleReport> {
  const began = now()
  const { prepared, settings, plan } = prepareSample(inputs, options)
  try {
    const header = headerOf(prepared)
    if (plan.fraction !== undefined) {
      const kernel = { name: 'fraction', seed: plan.seed, fraction: plan.fraction } as const
      const { report, execution } = await transform(
        prepared,
        pool,
        { kernel, header, rejectHeader: header },
        settings,
        began,
      )
      return { ...report, passed: execution.passed }
    }
    const size = plan.records as number
    let passed = 0
    const finish = ({ states, ends }: Execution): Iterable<Buffer> => {
      const records = lowestRecords(states as SampledRecords[], size)
      passed = records.index.length
      return copyRecords(prepared, ends, records)
    }
    const kernel = { name: 'sample', seed: plan.seed, size } as const
    const output: Transform = { kernel, header, rejectHeader: header, finish }
    const { report } = await transform(prepared, pool, output, settings, began)
    return { ...report, passed }
  } finally {
    closeInputs(prepared.inputs)
  }
}

/** Say what `sample` would do, without doing it. */
export async function explainSample(
  inputs: string | readonly string[],
  options: SampleOptions = {},
): Promise<Explanation> {
  const { prepared, settings, plan } = prepareSample(inputs, options)
  closeInputs(prepared.inputs)
  const own = { kind: 'sample', isReduction: false, columns: [], outputs: 1 } as const
  return { ...makeExplanation(prepared, settings, own), sample: plan }
}

function prepareSample(
  inputs: string | readonly string[],
  options: SampleOptions,
): { prepared: Prepared; settings: Settings; plan: SamplePlan } {
  const settings = resolveOptions(options, VERB)
  const plan = planSample(options)
  const { format, delimiter, quote, header } = settings
  const choice = { format, delimiter, quote, header, names: undefined }
  return { prepared: openPrepared(inputs, settings, { choice, columns: 'none' }), settings, plan }
}

/** Records of a sample that the memory of a process has room for. */
const MOST_RECORDS = 2 ** 26

function planSample({ records, fraction, seed }: SampleOptions): SamplePlan {
  if ((records === undefined) === (fraction === undefined)) {
    throw new LinemillError('ERR_USAGE', 'sample wants either `records`, a number of them, or `fraction`')
  }
  const own = { seed: wholeNumber('seed', seed, 1, 0, Number.MAX_SAFE_INTEGER) }
  if (records !== undefined)
    return { ...own, records: wholeNumber('the number of records', records, 0, 0, MOST_RECORDS) }
  if (typeof fraction === 'number' && fraction >= 0 && fraction <= 1) return { ...own, fraction }
  throw new LinemillError('ERR_USAGE', `fraction must be a number from 0 to 1, found ${String(fraction)}`)
}
