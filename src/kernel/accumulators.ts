/** What is kept of each group for its aggregates, some of which share it. */
import type { HashSeed } from '../batch/group-table.js'
import type { NumberColumn } from '../batch/number-column.js'
import type { TextColumn } from '../batch/text-column.js'
import type { Primitives } from '../primitives/primitives.js'
import type { Accumulator, AggregateDescription, AggregateName } from './aggregate.js'
import { DistinctCounts } from './distinct-counts.js'
import { DistinctSketches } from './distinct-sketches.js'
import { type Kept, KeptTexts } from './kept-texts.js'
import { NumberLists } from './number-lists.js'
import { NumberSums } from './number-sums.js'
import { QuantileSketches } from './quantile-sketches.js'
import { RecordCounts, ValueCounts } from './record-counts.js'

type Keeping =
  | 'records'
  | 'values'
  | 'distinct'
  | 'distinct-sketch'
  | 'numbers'
  | 'list'
  | 'quantile-sketch'
  | Kept

/** An accumulator to be made. */
export interface AccumulatorPlan {
  readonly keeping: Keeping
  readonly column: number
  readonly hasSquares: boolean
}

const KEEPING: Readonly<Record<Exclude<AggregateName, 'count'>, Keeping>> = {
  count_distinct: 'distinct',
  approx_distinct: 'distinct-sketch',
  sum: 'numbers',
  mean: 'numbers',
  min: 'numbers',
  max: 'numbers',
  var: 'numbers',
  std: 'numbers',
  median: 'list',
  quantile: 'list',
  approx_median: 'quantile-sketch',
  approx_quantile: 'quantile-sketch',
  first: 'first',
  last: 'last',
  lexmin: 'lexmin',
  lexmax: 'lexmax',
}

/** Plan what is kept for aggregates; `of` has the index of each one's accumulator. */
export function planAccumulators(aggregates: readonly AggregateDescription[]): {
  plans: readonly AccumulatorPlan[]
  of: readonly number[]
} {
  const plans: AccumulatorPlan[] = []
  const of = aggregates.map(({ name, column }) => {
    const keeping = name === 'count' ? (column < 0 ? 'records' : 'values') : KEEPING[name]
    const known = plans.findIndex((plan) => plan.keeping === keeping && plan.column === column)
    if (known >= 0) return known
    const hasSquares = aggregates.some((one) => one.column === column && /^(var|std)$/.test(one.name))
    return plans.push({ keeping, column, hasSquares }) - 1
  })
  return { plans, of }
}

/** Whether what is kept is of numbers, so that a field which is none fails its record. */
export function readsNumbers({ keeping }: AccumulatorPlan): boolean {
  return keeping === 'numbers' || keeping === 'list' || keeping === 'quantile-sketch'
}

/** Make an accumulator. */
export function makeAccumulator(
  { keeping, hasSquares }: AccumulatorPlan,
  primitives: Primitives,
  seed: HashSeed,
): Accumulator<undefined> | Accumulator<TextColumn> | Accumulator<NumberColumn> {
  switch (keeping) {
    case 'records':
      return new RecordCounts(primitives)
    case 'values':
      return new ValueCounts(primitives)
    case 'distinct':
      return new DistinctCounts(primitives, seed)
    case 'distinct-sketch':
      return new DistinctSketches(primitives)
    case 'numbers':
      return new NumberSums(primitives, hasSquares)
    case 'list':
      return new NumberLists()
    case 'quantile-sketch':
      return new QuantileSketches()
    default:
      return new KeptTexts(keeping)
  }
}
