import { asShortage, describeThrown, LinemillError } from '../errors.js'
import { type RunOptions, resolveOptions } from '../options.js'
import type { Job, JobDescription } from './job.js'

const WHAT_A_JOB_IS =
  'expected a function of a line, or an object with one function line, record or batch (see linemill/job)'

/**
 * Load a user's module and take the job out of it.
 *
 * @param attempt how often loading it has failed before: a failed module is remembered by its URL.
 * @throws LinemillError ERR_MODULE if the module does not load, has no such export, or the export is no job.
 */
export async function loadJob(url: string, exportName: string, attempt = 0): Promise<Job> {
  const name = url.startsWith('file:') ? decodeURIComponent(new URL(url).pathname) : url
  let module: Record<string, unknown>
  try {
    module = (await import(
      attempt > 0 && url.startsWith('file:') ? `${url}?attempt=${attempt}` : url
    )) as Record<string, unknown>
  } catch (thrown) {
    const shortage = asShortage(thrown, `module ${name} does not load: `)
    throw shortage ?? new LinemillError('ERR_MODULE', loadFailure(name, thrown), { cause: thrown })
  }
  if (!(exportName in module)) {
    const found = Object.keys(module).join(', ') || 'none'
    throw new LinemillError(
      'ERR_MODULE',
      `module ${name} has no export ${exportName}; ${WHAT_A_JOB_IS}; its exports: ${found}`,
    )
  }
  return asJob(module[exportName], name)
}

function loadFailure(name: string, thrown: unknown): string {
  const { code, message = '' } = (thrown ?? {}) as Partial<NodeJS.ErrnoException>
  if (code === 'ERR_MODULE_NOT_FOUND' && message.includes(`'${name}'`)) return `no such module: ${name}`
  if (code === 'ERR_UNKNOWN_FILE_EXTENSION' && /\.[cm]?tsx?$/.test(name)) {
    return `module ${name} is TypeScript, which Node ${process.versions.node} does not run: use Node 22.18 or later, or compile it to .mjs`
  }
  if (code === 'ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX' || code === 'ERR_INVALID_TYPESCRIPT_SYNTAX') {
    return `module ${name} has TypeScript that cannot simply be stripped (${describeThrown(thrown)}): compile it to .mjs`
  }
  // Node tells the place of what it cannot parse only where nobody catches it. Names that another module lacks say enough.
  const isUnparsed = thrown instanceof SyntaxError && !message.includes('requested module')
  const where = isUnparsed ? ` (if it is in this file, \`node --check ${name}\` shows where)` : ''
  return `module ${name} does not load: ${describeThrown(thrown)}${where}`
}

const KINDS = ['line', 'record', 'batch'] as const
const FUNCTIONS = [...KINDS, 'init', 'combine', 'finish', 'setup', 'teardown'] as const
const KNOWN_KEYS = new Set<string>([
  ...FUNCTIONS,
  'format',
  'delimiter',
  'quote',
  'header',
  'names',
  'columns',
  'output',
])

function asJob(value: unknown, name: string): Job {
  if (typeof value === 'function') return { line: value as NonNullable<Job['line']> }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw notJob(name, `its export is ${Array.isArray(value) ? 'an array' : `of type ${typeof value}`}`)
  }
  const job = value as Record<string, unknown>
  const unknown = Object.keys(job).find((key) => !KNOWN_KEYS.has(key))
  if (unknown !== undefined) {
    throw notJob(name, `it has an unknown property ${unknown}; known: ${[...KNOWN_KEYS].join(', ')}`)
  }
  for (const key of FUNCTIONS) {
    if (job[key] !== undefined && typeof job[key] !== 'function') {
      throw notJob(name, `${key} must be a function, it is of type ${typeof job[key]}`)
    }
  }
  const kinds = KINDS.filter((kind) => job[kind] !== undefined)
  if (kinds.length !== 1) throw notJob(name, `it has ${kinds.length === 0 ? 'none' : kinds.join(' and ')}`)
  if ((job.init === undefined) !== (job.combine === undefined)) {
    throw notJob(name, 'a reduction needs both init and combine')
  }
  if (job.finish !== undefined && job.init === undefined) {
    throw notJob(name, 'finish belongs to a reduction, which has init and combine too')
  }
  checkOptions(job, name)
  return job as Job
}

/** What a job says of its inputs and output must be what the options of a run may be. */
function checkOptions(
  { format, delimiter, quote, header, names, output }: Record<string, unknown>,
  name: string,
): void {
  try {
    resolveOptions({ format, delimiter, quote, header, names } as RunOptions)
  } catch (thrown) {
    throw new LinemillError('ERR_MODULE', `the job of module ${name}: ${(thrown as Error).message}`, {
      cause: thrown,
    })
  }
  const isHeader = Array.isArray(output) && output.every((column) => typeof column === 'string')
  if (output === undefined || output === 'input' || isHeader) return
  throw new LinemillError(
    'ERR_MODULE',
    `the job of module ${name}: output must be 'input' or an array of column names`,
  )
}

function notJob(name: string, problem: string): LinemillError {
  return new LinemillError('ERR_MODULE', `module ${name} is not a job: ${problem}; ${WHAT_A_JOB_IS}`)
}

/** Say of a job, as plain data, what has to be known before its inputs are planned. */
export function describeJob(job: Job): JobDescription {
  const { format, delimiter, quote, header, names, columns, output } = job
  return {
    kind: job.line ? 'line' : job.record ? 'record' : 'batch',
    isReduction: job.init !== undefined,
    ...(format !== undefined && { format }),
    ...(delimiter !== undefined && { delimiter }),
    ...(quote !== undefined && { quote }),
    ...(header !== undefined && { header }),
    ...(names !== undefined && { names }),
    ...(columns !== undefined && { columns: { ...columns } }),
    ...(output !== undefined && { output }),
  }
}
