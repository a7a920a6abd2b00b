import type { Expression, Node } from 'acorn'
import type { FilterPlan } from '../report.js'
import { Columns, type KnownColumns } from './columns.js'
import { writeFunction } from './function-source.js'
import type { Context } from './kind.js'
import { parseExpression } from './parse.js'
import { ALWAYS, type Predicate, simplify } from './predicate.js'
import { asksColumns, writeLooseTests, writeProgram } from './program.js'
import { isObstacle, type Obstacle, readNeeded, readPredicate } from './read-test.js'

/** An expression as plain data that crosses threads: a record must pass both, if there are both. */
export interface CompiledExpression {
  /** Names of the columns that are read; program and function name them by their index here. */
  readonly columns: readonly string[]
  /** What runs natively, before the function (layout: PREDICATE_). */
  readonly program: Uint32Array
  /** What runs as JavaScript: a function's body, and the tests that it asks as a program. */
  readonly function?: ExpressionFunction
  /** Of ndjson: those that must be cut out as members, since the program asks about them. All columns, or none. */
  readonly members: readonly string[]
  /** Of ndjson, where the program asks about members: all of the expression, for records that leave it in doubt. */
  readonly whole?: ExpressionFunction
}

export interface ExpressionFunction {
  readonly source: string
  readonly tests: Uint32Array
}

/**
 * Compile an expression: what tests of columns can say becomes a program that runs natively, up to the first condition
 * that they cannot; from there on it is a JavaScript function.
 *
 * @throws LinemillError ERR_USAGE that shows the place that is wrong.
 */
export function compileExpression(
  source: string,
  known: KnownColumns,
): { compiled: CompiledExpression; plan: Omit<FilterPlan, 'isInverted'> } {
  const columns = new Columns(source, known)
  const context: Context = { source, columns, locals: new Set(), hasMembers: known.format === 'ndjson' }
  const conditions = conditionsOf(parseExpression(source, known.names))
  const native: Predicate[] = []
  let obstacle: Obstacle | undefined
  for (const condition of conditions) {
    const read = readPredicate(condition, context)
    if (isObstacle(read)) {
      obstacle = read
      break
    }
    native.push(read)
  }
  const rest = conditions.slice(native.length)
  const needed = rest.length === 0 ? undefined : readNeeded(rest[0], context)
  const program = writeNative(needed === undefined ? native : [...native, needed.predicate])
  const first = native.length === 0 ? [] : [sourceOf(conditions.slice(0, native.length), source)]
  const written = needed === undefined ? first : [...first, needed.written]
  const shown = written.length === 0 ? {} : { native: written.join(' && ') }
  const write = (part: readonly Node[]): ExpressionFunction => {
    const { source: body, tests } = writeFunction(part, { ...context, hasMembers: false })
    return { source: body, tests: writeLooseTests(tests) }
  }
  const asksMembers = context.hasMembers === true && asksColumns(program)
  const compiled = {
    ...{ columns: columns.read, program },
    ...(asksMembers ? { members: columns.read, whole: write(conditions) } : { members: [] }),
  }
  if (obstacle === undefined) return { compiled, plan: shown }
  return {
    compiled: { ...compiled, function: write(rest) },
    plan: {
      ...shown,
      function: sourceOf(rest, source),
      reason: `${source.slice(obstacle.node.start, obstacle.node.end)}: ${obstacle.why}`,
    },
  }
}

function writeNative(predicates: readonly Predicate[]): Uint32Array {
  return writeProgram(simplify(predicates.length === 0 ? ALWAYS : { op: 'and', parts: predicates }))
}

/** The operands of a chain of && from the left. */
function conditionsOf(node: Node): Node[] {
  const expression = node as Expression
  if (expression.type !== 'LogicalExpression' || expression.operator !== '&&') return [node]
  return [...conditionsOf(expression.left), ...conditionsOf(expression.right)]
}

/** Conditions as they were written. */
function sourceOf(conditions: readonly Node[], source: string): string {
  const written = conditions.map(({ type, start, end }) => {
    const isLoose = conditions.length > 1 && /^(Logical|Conditional)Expression$/.test(type)
    return isLoose ? `(${source.slice(start, end)})` : source.slice(start, end)
  })
  return written.join(' && ')
}
