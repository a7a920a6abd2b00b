import type { Column } from '../batch/cursor.js'
import type { OutputDialect } from '../batch/encode.js'
import { COLUMN_TYPES } from '../batch/field.js'
import { type ErrorCode, LinemillError } from '../errors.js'
import { hasFields } from '../format/format.js'
import type { Columns, JobDescription } from '../kernel/job.js'
import type { Settings } from '../options.js'
import { type FileIdentity, openFileSink } from '../output/file-sink.js'
import { MemorySink, type Sink } from '../output/sink.js'
import { isSameFile } from '../output/target.js'
import type { Prepared } from './prepare.js'
import { formatRow } from './result.js'

/** How the job's output is written. */
export interface JobOutput {
  readonly columns: readonly Column[]
  readonly outputDialect: OutputDialect
  readonly recordAllowed: boolean
  readonly header: Buffer
  /** Header of the file of rejects: they stand there as in the input. */
  readonly rejectHeader: Buffer
}

/** Decide how the job's output is written. */
export function outputOf(prepared: Prepared, description: JobDescription, settings: Settings): JobOutput {
  const outputDialect = outputDialectOf(prepared)
  const header = prepared.headers.find(hasBytes) ?? prepared.headers[0]
  const { output } = description
  if (output === 'input' || settings.onError === 'reject') checkHeaders(prepared)
  return {
    columns: columnsOf(prepared, description.columns, { code: 'ERR_MODULE', owner: ' of the job' }),
    outputDialect,
    recordAllowed: output !== undefined || header.length === 0,
    header: headerLine(output === 'input' ? header : Buffer.from(formatRow(output ?? [], outputDialect))),
    rejectHeader: headerLine(header),
  }
}

/**
 * The header that all inputs have, with a line feed; empty if there is none.
 *
 * @throws LinemillError ERR_USAGE where their headers differ.
 */
export function headerOf(prepared: Prepared): Buffer {
  checkHeaders(prepared)
  return headerLine(prepared.headers.find(hasBytes) ?? prepared.headers[0])
}

function headerLine(header: Buffer): Buffer {
  return header.length === 0 ? header : Buffer.concat([header, Buffer.from('\n')])
}

function outputDialectOf({ format, plan }: Prepared): OutputDialect {
  if (!hasFields(format)) return { delimiter: ',', quote: '"' }
  const { delimiter, quote } = plan.inputs[0].dialect
  return {
    delimiter: String.fromCharCode(delimiter),
    quote: quote < 128 ? String.fromCharCode(quote) : undefined,
  }
}

function hasBytes({ length }: Buffer): boolean {
  return length > 0
}

/** All inputs must have one header; what has none has no records either. */
function checkHeaders({ headers, inputs }: Prepared): void {
  const first = headers.findIndex(hasBytes)
  const other = headers.findIndex((header) => hasBytes(header) && !header.equals(headers[first]))
  if (other < 0) return
  throw new LinemillError(
    'ERR_USAGE',
    `records are passed on with their header, but that of ${inputs[other].name} differs from that of ${inputs[first].name}`,
  )
}

/**
 * Decide the columns that are read, and their types: those declared, or all of the input, as strings.
 *
 * @throws LinemillError of the given code if a type is none.
 */
export function columnsOf(
  prepared: Prepared,
  columns: Columns | undefined,
  { code, owner }: { code: ErrorCode; owner: string },
): Column[] {
  if (columns === undefined) {
    return hasFields(prepared.format) ? prepared.names.map((name) => ({ name, type: 'string' })) : []
  }
  return Object.entries(columns).map(([name, type]) => {
    if (COLUMN_TYPES.includes(type)) return { name, type }
    const expected = `expected a type out of ${COLUMN_TYPES.join(', ')}`
    throw new LinemillError(code, `column ${name}${owner}: ${expected}, found ${JSON.stringify(type)}`)
  })
}

/** Open the output's sink and, with `reject`, that of failing records. */
export async function openSinks(prepared: Prepared, settings: Settings): Promise<Sink[]> {
  const inputs: FileIdentity[] = prepared.inputs.map(({ name, stat }) => ({
    name,
    dev: stat.dev,
    ino: stat.ino,
  }))
  const { sync, output, reject, signal } = settings
  if (output !== undefined && reject !== undefined && (await isSameFile(output, reject))) {
    throw new LinemillError(
      'ERR_USAGE',
      `\`output\` and \`reject\` must be different files, both are ${output}`,
    )
  }
  const sinks = [
    output === undefined ? new MemorySink() : await openFileSink(output, { sync, inputs, signal }),
  ]
  if (reject === undefined) return sinks
  try {
    return [...sinks, await openFileSink(reject, { sync, inputs, signal })]
  } catch (thrown) {
    await sinks[0].abort()
    throw thrown
  }
}

/** Begin each output with its header. */
export async function writeHeaders(
  [output, rejects]: readonly Sink[],
  { header, rejectHeader }: Pick<JobOutput, 'header' | 'rejectHeader'>,
): Promise<void> {
  await output.write([header])
  await rejects?.write([rejectHeader])
}
