import type { Batch } from '../batch/batch.js'
import { ExtentWriter } from '../batch/extent-writer.js'
import { makeCursor } from '../batch/make-cursor.js'
import type { CompiledExpression, ExpressionFunction } from '../expression/compile.js'
import type { Primitives } from '../primitives/primitives.js'
import type { SlotWriter } from '../region/slot-writer.js'
import type { FilterDescription } from './filter-kernel.js'
import type { FractionDescription } from './fraction-kernel.js'
import type { GroupDescription } from './group-kernel.js'
import type { Kernel } from './kernel.js'
import { type KernelSettings, makeParts } from './make-kernel.js'
import type { MembersDescription } from './members-kernel.js'
import type { SampleDescription } from './sample-kernel.js'
import type { SelectDescription } from './select-kernel.js'
import type { SelectMembersDescription } from './select-members-kernel.js'
import type { SliceDescription } from './slice-kernel.js'
import type { SplitDescription } from './split-kernel.js'
import type { StatsDescription } from './stats-kernel.js'
import type { UserKernelParts } from './user-kernel.js'
import type { WhereDescription } from './where-kernel.js'

/** A built-in kernel as plain data that crosses threads: its name, and what it has to know. Each kernel has its own. */
export type KernelDescription =
  | SplitDescription
  | FilterDescription
  | SelectDescription
  | SelectMembersDescription
  | SliceDescription
  | GroupDescription
  | StatsDescription
  | SampleDescription
  | FractionDescription
  | WhereDescription<KernelDescription>
  | MembersDescription<KernelDescription>

/** What a built-in kernel is made over. */
export interface BuiltInParts {
  readonly batch: Batch
  /** One for each output. */
  readonly writers: readonly SlotWriter[]
  readonly primitives: Primitives
  readonly settings: KernelSettings
}

/** Make a built-in kernel; only its own module is loaded. */
export async function makeBuiltInKernel(description: KernelDescription, own: BuiltInParts): Promise<Kernel> {
  const { batch, writers, primitives, settings } = own
  switch (description.name) {
    case 'split': {
      const { SplitKernel } = await import('./split-kernel.js')
      return new SplitKernel(description, extentWriterOf(own))
    }
    case 'filter': {
      const { FilterKernel } = await import('./filter-kernel.js')
      return new FilterKernel(partsOf(own), description, await makeSelector(description.expression, own))
    }
    case 'where':
      return makeWhere(description, own)
    case 'group': {
      const { GroupKernel } = await import('./group-kernel.js')
      return new GroupKernel(partsOf(own), description, batch, primitives)
    }
    case 'stats': {
      const { StatsKernel } = await import('./stats-kernel.js')
      return new StatsKernel(partsOf(own), description, batch, primitives)
    }
    case 'members':
      return makeMembers(description, own)
    case 'slice': {
      const { SliceKernel } = await import('./slice-kernel.js')
      return new SliceKernel(description, extentWriterOf(own))
    }
    case 'sample': {
      const { SampleKernel } = await import('./sample-kernel.js')
      return new SampleKernel(description)
    }
    case 'fraction': {
      const { FractionKernel } = await import('./fraction-kernel.js')
      return new FractionKernel(description, extentWriterOf(own))
    }
    case 'select': {
      const { SelectKernel } = await import('./select-kernel.js')
      const target = { writer: writers[0], primitives, dialect: settings.outputDialect }
      return new SelectKernel(partsOf(own), description, batch, target)
    }
    case 'select-members': {
      const { SelectMembersKernel } = await import('./select-members-kernel.js')
      return new SelectMembersKernel(description, writers[0], primitives)
    }
  }
}

function partsOf({ batch, writers, primitives, settings }: BuiltInParts): UserKernelParts {
  return makeParts(batch, writers, primitives, settings, { isLine: settings.format === 'lines' })
}

function extentWriterOf({ batch, writers, primitives, settings }: BuiltInParts): ExtentWriter {
  return new ExtentWriter(writers[0], batch, primitives, settings.outputDialect.delimiter)
}

async function makeWhere(
  { expression, firstColumn, kernel: other }: WhereDescription<KernelDescription>,
  own: BuiltInParts,
): Promise<Kernel> {
  const { WhereKernel } = await import('./where-kernel.js')
  const { SelectedBatch } = await import('../batch/selected-batch.js')
  const selector = await makeSelector(expression, own)
  const selected = new SelectedBatch(own.batch, own.primitives)
  const kernel = await makeBuiltInKernel(other, { ...own, batch: selected })
  return new WhereKernel(partsOf(own), { selector, firstColumn, selected, kernel })
}

async function makeMembers(
  description: MembersDescription<KernelDescription>,
  own: BuiltInParts,
): Promise<Kernel> {
  const { MembersKernel } = await import('./members-kernel.js')
  const { MemberBatch } = await import('../batch/member-batch.js')
  const members = new MemberBatch(own.batch, own.primitives)
  const kernel = await makeBuiltInKernel(description.kernel, { ...own, batch: members })
  return new MembersKernel(partsOf(own), description, { members, kernel })
}

async function makeSelector(expression: CompiledExpression, { batch, primitives, settings }: BuiltInParts) {
  const { RecordSelector } = await import('./record-selector.js')
  const { columns, function: rest, whole } = expression
  const functions = {
    rest: await makeRecordFunction(columns, rest, batch, settings),
    whole: await makeRecordFunction(columns, whole, batch, settings),
  }
  return new RecordSelector({ batch, primitives, expression, functions })
}

/** A part of an expression that is a function; ndjson is parsed by its cursor. */
async function makeRecordFunction(
  columns: readonly string[],
  part: ExpressionFunction | undefined,
  batch: Batch,
  settings: KernelSettings,
) {
  if (part === undefined) return undefined
  const { RecordFunction } = await import('../expression/record-function.js')
  const isParsed = settings.format === 'ndjson' && columns.length > 0
  const cursor = isParsed ? await makeCursor(batch, [], 'ndjson') : undefined
  return new RecordFunction(columns, part, batch, cursor)
}
