import { describeValue, LinemillError } from '../errors.js'
import { chooseColumns, chooseMembers } from '../format/columns.js'
import { type FormatChoice, formatOf, hasFields } from '../format/format.js'
import { type Head, readHead } from '../format/head.js'
import { closeInputs, type OpenInput, openInput, openSmallReader } from '../input/open.js'
import type { FormatName, Settings } from '../options.js'
import { makePlan, type Plan } from '../plan/plan.js'
import { choosePrimitives } from '../primitives/choose.js'
import type { Primitives } from '../primitives/primitives.js'
import type { InputReport } from '../report.js'

/** What a verb wants of its inputs, beyond the settings. */
export interface PlanWishes {
  /** How the inputs are to be read. */
  readonly choice: FormatChoice
  /** Columns to scan: names, or what chooses some of those there are; all, or none. */
  readonly columns: readonly string[] | 'all' | 'none' | ((there: ColumnsThere) => readonly string[])
  /**
   * Members to cut out of the objects of ndjson as fields (layout: MEMBER_), asked for behind `columns`: those, or
   * none. Each must be one that `isMemberName` holds for. Default none.
   */
  readonly members?: () => readonly string[]
}

/** The columns that inputs have. */
export interface ColumnsThere {
  readonly format: FormatName
  /** Of the first input that has any. */
  readonly names: readonly string[]
}

/** Inputs that are open, and the plan over them. */
export interface Prepared {
  readonly inputs: readonly OpenInput[]
  readonly plan: Plan
  readonly primitives: Primitives
  /** The format of all inputs. */
  readonly format: FormatName
  /** Header of each input, without terminator; empty if it has none. */
  readonly headers: readonly Buffer[]
  /** Names of the columns that a job without declared columns reads: those of the first input that has any. */
  readonly names: readonly string[]
  readonly reports: readonly InputReport[]
  /** Bytes of all inputs. */
  readonly byteLength: number
}

/**
 * The inputs as a list of at least one.
 *
 * @throws LinemillError ERR_USAGE where they are something else.
 */
export function inputNames(inputs: string | readonly string[]): readonly string[] {
  const names: readonly unknown[] = Array.isArray(inputs) ? inputs : inputs === undefined ? [] : [inputs]
  if (names.length === 0) throw new LinemillError('ERR_USAGE', 'expected at least one input, found none')
  for (const name of names) {
    if (typeof name === 'string') continue
    const hint = name instanceof URL ? ': give its path, as fileURLToPath makes it' : ''
    throw new LinemillError(
      'ERR_USAGE',
      `an input must be the path of a file, found ${describeValue(name)}${hint}`,
    )
  }
  return names as readonly string[]
}

/** Open all inputs, or none. */
export function openInputs(names: string | readonly string[], settings: Settings): OpenInput[] {
  const inputs: OpenInput[] = []
  try {
    for (const name of inputNames(names)) inputs.push(openInput(name, settings.strategy))
    return inputs
  } catch (thrown) {
    closeInputs(inputs)
    throw thrown
  }
}

/** Open inputs and prepare them. Whoever calls closes them; where this fails, nothing is left open. */
export function openPrepared(
  names: string | readonly string[],
  settings: Settings,
  wishes: PlanWishes,
): Prepared {
  const inputs = openInputs(names, settings)
  try {
    return prepare(inputs, settings, wishes)
  } catch (thrown) {
    closeInputs(inputs)
    throw thrown
  }
}

/** Decide formats, read the heads, choose columns, and number the blocks. */
export function prepare(inputs: readonly OpenInput[], settings: Settings, wishes: PlanWishes): Prepared {
  const primitives = choosePrimitives(settings.primitives, { warn: true, onWarning: settings.onWarning })
  const heads = inputs.map((input) => readInputHead(input, wishes.choice, primitives))
  const format = oneFormat(inputs, heads)
  const names = heads.find((head) => head.names.length > 0)?.names ?? []
  const { columns } = wishes
  const read =
    typeof columns === 'function' ? columns({ format, names }) : columns === 'all' ? names : columns
  const members = format === 'ndjson' ? (wishes.members?.() ?? []) : []
  const plan = makePlan(
    inputs.map((input, index) => planInput(input, heads[index], read, members)),
    settings.blockBytes,
  )
  return {
    inputs,
    plan,
    primitives,
    format,
    byteLength: inputs.reduce((sum, { handle }) => sum + handle.byteLength, 0),
    headers: heads.map(({ header }) => header),
    names,
    reports: inputs.map(({ name, handle, strategyReason }) => {
      const { byteLength, strategy } = handle
      return { name, byteLength, format, strategy, strategyReason }
    }),
  }
}

type InputHead = Head & { readonly format: FormatName }

function readInputHead(input: OpenInput, choice: FormatChoice, primitives: Primitives): InputHead {
  const format = choice.format === 'auto' ? formatOf(input.name) : choice.format
  if (choice.format === 'auto' && !hasFields(format)) checkNoFields(input.name, format, choice)
  const reader = openSmallReader(input.handle)
  try {
    const { byteLength } = input.handle
    const head = readHead({ name: input.name, byteLength, reader, format }, choice, primitives)
    return { format, ...head }
  } finally {
    reader.close()
  }
}

function planInput(
  input: OpenInput,
  head: InputHead,
  read: readonly string[] | 'none',
  members: readonly string[],
) {
  const { name, handle } = input
  const { format, names, header: _, ...rest } = head
  const { byteLength } = handle
  const isUnread = read === 'none' || names.length === 0
  const columns = isUnread ? chooseMembers(members) : chooseColumns({ name, format, names }, read)
  return {
    ...rest,
    ...{ handle, name, format, byteLength, names },
    ...columns,
  }
}

/** What is said about fields is for csv and tsv alone, and whoever says it takes the input for one. */
function checkNoFields(name: string, format: FormatName, choice: FormatChoice): void {
  const { delimiter, quote, header, names } = choice
  const told = [
    ['delimiter', delimiter !== undefined],
    ['quote', quote !== undefined],
    ['header', !header],
    ['names', names !== undefined],
  ].find(([, isTold]) => isTold)
  if (told === undefined) return
  throw new LinemillError(
    'ERR_USAGE',
    `input ${name} is read as ${format}, by its extension, and \`${told[0]}\` is about csv and tsv: give its \`format\``,
  )
}

function oneFormat(inputs: readonly OpenInput[], heads: readonly InputHead[]): FormatName {
  const other = heads.findIndex(({ format }) => format !== heads[0].format)
  if (other < 0) return heads[0].format
  throw new LinemillError(
    'ERR_USAGE',
    `inputs of one run must be of one format, but ${inputs[0].name} is ${heads[0].format} and ${inputs[other].name} is ${heads[other].format}: name one for all (\`format\`)`,
  )
}
