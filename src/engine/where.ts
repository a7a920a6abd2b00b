import { LinemillError } from '../errors.js'
import type { CompiledExpression } from '../expression/compile.js'
import type { KernelDescription } from '../kernel/built-in.js'
import type { FilterPlan } from '../report.js'
import type { ColumnsThere } from './prepare.js'

/** Which records a verb is to see, as it is planned. */
export interface Condition {
  readonly expression: CompiledExpression
  /** Columns that the expression reads; those of the verb itself come before them. */
  readonly columns: readonly string[]
  /** Members of ndjson that it asks about natively; in place of the columns there. */
  readonly members: readonly string[]
  readonly plan: FilterPlan
  /** Let a kernel, which reads so many columns, see only the records for which the expression holds. */
  readonly restrict: (kernel: KernelDescription, columnCount: number) => KernelDescription
}

/** Compiles the condition, once it is known which columns there are. */
export type CompileCondition = (there: ColumnsThere) => Condition

/**
 * Check an option `where`, and load what compiles it: without one, no parser is needed.
 *
 * @throws LinemillError ERR_USAGE where it is no string.
 */
export async function loadCondition(where: unknown): Promise<CompileCondition | undefined> {
  if (where === undefined) return undefined
  if (typeof where !== 'string') {
    throw new LinemillError('ERR_USAGE', `where must be an expression as a string, found ${typeof where}`)
  }
  const { compileExpression } = await import('../expression/compile.js')
  return (there) => {
    const { compiled: expression, plan } = compileExpression(where, there)
    return {
      expression,
      columns: expression.columns,
      members: expression.members,
      plan: { ...plan, isInverted: false },
      restrict: (kernel, firstColumn) => ({ name: 'where', expression, firstColumn, kernel }),
    }
  }
}
