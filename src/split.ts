import { join } from 'node:path'
import { now } from './clock.js'
import { checkSignal } from './engine/cancellation.js'
import { execute, NO_JOB } from './engine/execute.js'
import { makeExplanation, makeFigures } from './engine/figures.js'
import { headerOf } from './engine/job-output.js'
import { onOwnPool } from './engine/own-pool.js'
import { type PartOptions, type PartSettings, resolveParts } from './engine/parts.js'
import { inputNames, openPrepared, type Prepared } from './engine/prepare.js'
import { checkInputs } from './engine/watch.js'
import { closeInputs } from './input/open.js'
import { ABOUT_JOBS, type CommonOptions, resolveOptions, type Settings, type Verb } from './options.js'
import { commitAll } from './output/commit-all.js'
import { openDirectorySink } from './output/directory-sink.js'
import { INDEX_MARK } from './output/part-names.js'
import type { Explanation, PartsPlan, Report } from './report.js'
import type { Pool } from './worker/pool.js'

export interface SplitOptions extends Omit<CommonOptions, 'names'>, PartOptions {
  /** Sync files and directory before the run is done. Default false. */
  readonly sync?: boolean
}

const VERB: Verb = {
  name: 'split',
  also: ['records', 'bytes', 'name', 'repeatHeader'],
  without: [...ABOUT_JOBS, 'names'],
}

export interface SplitReport extends Report {
  /** How many files were written. */
  readonly parts: number
  readonly firstPart: string
  readonly lastPart: string
}

/**
 * Share the records of the inputs out to files, in order: so many records a file, or those that start in so many
 * bytes. Records pass as they stand, each with a line feed; the inputs go on where the one before ended. Where there
 * is no record, one file holds the header. All files are put in place at the end, or none.
 *
 * @throws LinemillError ERR_UNCLOSED_QUOTE with the position of the quote; ERR_OUTPUT, ERR_USAGE; ERR_INPUT and others
 * for the inputs.
 */
export function split(inputs: string | readonly string[], options: SplitOptions): Promise<SplitReport> {
  return onOwnPool(options, VERB, (pool) => splitOnPool(pool, inputs, options))
}

/** Split on workers that are there already, or start them. */
export async function splitOnPool(
  pool: Pool,
  inputs: string | readonly string[],
  options: SplitOptions,
): Promise<SplitReport> {
  const began = now()
  const { settings, parts, prepared } = prepareSplit(inputs, options)
  try {
    return await splitPrepared(prepared, pool, parts, settings, began)
  } finally {
    closeInputs(prepared.inputs)
  }
}

async function splitPrepared(
  prepared: Prepared,
  pool: Pool,
  parts: PartSettings,
  settings: Settings,
  began: number,
): Promise<SplitReport> {
  const { kernel, output, template, repeatsHeader } = parts
  const header = headerOf(prepared)
  const { sync } = settings
  const sink = await openDirectorySink(output, { template, header, repeatsHeader, sync })
  const workBegan = now()
  try {
    const execution = await execute(prepared, pool, { ...NO_JOB, kernel }, [sink], settings)
    checkInputs(prepared, settings)
    checkSignal(settings.signal)
    await commitAll([sink])
    const { workers } = settings
    const outputBytes = execution.bytesWritten[0] + sink.headerBytes
    return {
      ...makeFigures(prepared, settings, execution, { workers, outputBytes, began, workBegan }),
      parts: sink.partCount,
      firstPart: sink.nameOf(0),
      lastPart: sink.nameOf(sink.partCount - 1),
    }
  } catch (thrown) {
    await sink.abort()
    throw thrown
  }
}

/** Say what `split` would do, without doing it. */
export async function explainSplit(
  inputs: string | readonly string[],
  options: SplitOptions,
): Promise<Explanation> {
  const { settings, parts, prepared } = prepareSplit(inputs, options)
  closeInputs(prepared.inputs)
  const own = { kind: 'split', isReduction: false, columns: [], outputs: 1 } as const
  return { ...makeExplanation(prepared, settings, own), parts: planParts(prepared, parts) }
}

function planParts(prepared: Prepared, parts: PartSettings): PartsPlan {
  const { template, output, repeatsHeader, kernel } = parts
  const { unit, size } = kernel
  const contentBytes = prepared.plan.inputs.reduce(
    (sum, { byteLength, contentStart }) => sum + byteLength - contentStart,
    0,
  )
  return {
    name: join(output, template.before + INDEX_MARK + template.after),
    ...{ unit, size },
    ...(unit === 'bytes' && { atMost: Math.max(1, Math.ceil(contentBytes / size)) }),
    repeatsHeader: repeatsHeader && headerOf(prepared).length > 0,
  }
}

function prepareSplit(
  inputs: string | readonly string[],
  options: SplitOptions,
): { settings: Settings; parts: PartSettings; prepared: Prepared } {
  const settings = resolveOptions(options, VERB)
  const names = inputNames(inputs)
  const parts = resolveParts(options, names[0])
  const { format, delimiter, quote, header } = settings
  const choice = { format, delimiter, quote, header, names: undefined }
  return { settings, parts, prepared: openPrepared(names, settings, { choice, columns: 'none' }) }
}
