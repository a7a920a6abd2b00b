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
import type { SliceDescription } from './slice-kernel.js'
import type { SplitDescription } from './split-kernel.js'
import type { StatsDescription } from './stats-kernel.js'
import type { WhereDescription } from './where-kernel.js'

/** A built-in kernel as plain data that crosses threads: its name, and what it has to know. Each kernel has its own. */
export type KernelDescription =
  | SplitDescription
  | FilterDescription
  | SelectDescription
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
export async function makeBuiltInKernel(
  description: KernelDescription,
  { batch, writers, primitives, settings }: BuiltInParts,
): Promise<Kernel> {
  switch (description.name) {
    case 'split': {
      const { SplitKernel } = await import('./split-kernel.js')
      const { delimiter } = settings.outputDialect
      return new SplitKernel(description, new ExtentWriter(writers[0], batch, primitives, delimiter))
    }
    case 'filter': {
      const { FilterKernel } = await import('./filter-kernel.js')
      const parts = makeParts(batch, writers, primitives, settings, { isLine: settings.format === 'lines' })
      const selector = await makeSelector(description.expression, batch, primitives, settings)
      return new FilterKernel(parts, description, selector)
    }
    case 'where': {
      const { WhereKernel } = await import('./where-kernel.js')
      const { SelectedBatch } = await import('../batch/selected-batch.js')
      const parts = makeParts(batch, writers, primitives, settings, { isLine: settings.format === 'lines' })
      const { expression, firstColumn, kernel: other } = description
      const selector = await makeSelector(expression, batch, primitives, settings)
      const selected = new SelectedBatch(batch, primitives)
      const kernel = await makeBuiltInKernel(other, { batch: selected, writers, primitives, settings })
      return new WhereKernel(parts, { selector, firstColumn, selected, kernel })
    }
    case 'group': {
      const { GroupKernel } = await import('./group-kernel.js')
      const parts = makeParts(batch, writers, primitives, settings, { isLine: settings.format === 'lines' })
      return new GroupKernel(parts, description, batch, primitives)
    }
    case 'stats': {
      const { StatsKernel } = await import('./stats-kernel.js')
      const parts = makeParts(batch, writers, primitives, settings, { isLine: settings.format === 'lines' })
      return new StatsKernel(parts, description, batch, primitives)
    }
    case 'members': {
      const { MembersKernel } = await import('./members-kernel.js')
      const { MemberBatch } = await import('../batch/member-batch.js')
      const parts = makeParts(batch, writers, primitives, settings, { isLine: false })
      const members = new MemberBatch(batch, primitives)
      const own = { batch: members, writers, primitives, settings }
      const kernel = await makeBuiltInKernel(description.kernel, own)
      return new MembersKernel(parts, { asked: description.asked, members, kernel })
    }
    case 'slice': {
      const { SliceKernel } = await import('./slice-kernel.js')
      const { delimiter } = settings.outputDialect
      return new SliceKernel(description, new ExtentWriter(writers[0], batch, primitives, delimiter))
    }
    case 'sample': {
      const { SampleKernel } = await import('./sample-kernel.js')
      return new SampleKernel(description)
    }
    case 'fraction': {
      const { FractionKernel } = await import('./fraction-kernel.js')
      const { delimiter } = settings.outputDialect
      return new FractionKernel(description, new ExtentWriter(writers[0], batch, primitives, delimiter))
    }
    case 'select': {
      const { SelectKernel } = await import('./select-kernel.js')
      const parts = makeParts(batch, writers, primitives, settings, { isLine: false })
      const own = { writer: writers[0], primitives, dialect: settings.outputDialect }
      return new SelectKernel(parts, description, batch, own)
    }
  }
}

async function makeSelector(
  expression: CompiledExpression,
  batch: Batch,
  primitives: Primitives,
  settings: KernelSettings,
) {
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
