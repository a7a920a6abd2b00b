import { type ColumnPartial, ColumnStats, type ColumnSummary } from '../kernel/column-stats.js'
import type { Primitives } from '../primitives/primitives.js'
import type { Table } from './table.js'

/** Combine what each thread knows of the columns. */
export function summarizeColumns(
  names: readonly string[],
  primitives: Primitives,
  partials: readonly (readonly ColumnPartial[])[],
): ColumnSummary[] {
  return names.map((name, index) => {
    const column = new ColumnStats(primitives)
    for (const partial of partials) column.combine(partial[index])
    return column.summary(name)
  })
}

const SHOWN = [
  ...['column', 'type', 'records', 'empty', 'distinct', 'min', 'max', 'sum', 'mean', 'std'],
  ...['q1', 'median', 'q3', 'shortest', 'longest'],
] as const

/** Make a table of a row for each column; the last says what is estimated. */
export function summaryTable(summaries: readonly ColumnSummary[]): Table {
  return {
    columns: [...SHOWN, 'estimated'],
    rows: summaries.map((summary) => [...SHOWN.map((key) => summary[key]), describeEstimates(summary)]),
  }
}

function describeEstimates({ isDistinctExact, areQuartilesExact }: ColumnSummary): string | null {
  const estimates = [...(isDistinctExact ? [] : ['distinct']), ...(areQuartilesExact ? [] : ['quartiles'])]
  return estimates.length > 0 ? estimates.join(' ') : null
}
