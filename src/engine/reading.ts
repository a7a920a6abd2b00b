import type { KernelDescription } from '../kernel/built-in.js'
import type { MembersPartial } from '../kernel/members-kernel.js'
import type { FormatName, Settings } from '../options.js'
import type { FilterPlan } from '../report.js'
import type { Execution } from './execute.js'
import type { ColumnsThere } from './prepare.js'
import type { Condition } from './where.js'

/** How a kernel gets at the fields that it reads. */
export interface Reading {
  /** Names of the columns that are read: the kernel's, then those of a condition. */
  readonly columns: readonly string[]
  /** Of ndjson: the members that are cut out, in place of columns. */
  readonly members: readonly string[]
  /** What runs in each thread: the kernel, and what hands records on to it. */
  readonly work: KernelDescription
  /** How the condition runs, if there is one. */
  readonly where?: FilterPlan
}

/** What a kernel wants to read. */
export interface ReadingWishes {
  readonly kernel: KernelDescription
  /** Names of the columns, by which the kernel knows them by their indexes. */
  readonly read: readonly string[]
  /** Indexes of those of which it is to be told, of ndjson, whether there are texts in them. */
  readonly asked: readonly number[]
  readonly condition: Condition | undefined
}

/** Plan how a kernel that reads fields gets at them, be they members of ndjson, and be it only of some records. */
export function planReading(
  { format }: ColumnsThere,
  { kernel, read, asked, condition }: ReadingWishes,
): Reading {
  const keepsEscapes = kernel.name === 'select-members'
  const whole: KernelDescription =
    format === 'ndjson' ? { name: 'members', asked, columnCount: read.length, keepsEscapes, kernel } : kernel
  return {
    columns: [...read, ...(condition?.columns ?? [])],
    members: [...read, ...(condition?.members ?? [])],
    work: condition?.restrict(whole, read.length) ?? whole,
    ...(condition && { where: condition.plan }),
  }
}

/** Warn of members that no record has: their names are most likely slips. */
export function warnOfMissing(
  { members, work }: Reading,
  { states, records, passed, errors }: Pick<Execution, 'states' | 'records' | 'passed' | 'errors'>,
  { onWarning }: Settings,
): void {
  const inner = work.name === 'where' ? work.kernel : work
  const isAnySeen = records > errors && (work.name !== 'where' || passed > 0)
  if (inner.name !== 'members' || !isAnySeen) return
  const parts = states as readonly MembersPartial[]
  const own = members.slice(0, inner.columnCount)
  const missing = own.filter((_, column) => !parts.some(({ areThere }) => areThere[column]))
  for (const name of new Set(missing)) {
    const which = work.name === 'where' ? 'no record that passes' : 'no record'
    onWarning(`${which} has a property ${JSON.stringify(name)}`)
  }
}

/** What the kernel came to in each thread, and of each column that was asked about whether there are texts in it. */
export function takeApart(
  states: readonly unknown[],
  format: FormatName,
): { readonly partials: readonly unknown[]; readonly haveTexts: (index: number) => boolean } {
  if (format !== 'ndjson') return { partials: states, haveTexts: () => true }
  const parts = states as readonly MembersPartial[]
  return {
    partials: parts.map(({ partial }) => partial),
    haveTexts: (index) => parts.some(({ haveTexts }) => haveTexts[index]),
  }
}
