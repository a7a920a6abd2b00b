// A reduction: each worker counts into its own state, states are combined in any order, finish orders the result.
// Finds the ten categories with the most clicks; equal counts are ordered by category.
//
//   linemill generate tianchi -o clicks.csv
//   linemill run examples/top-categories.mjs clicks.csv
export default {
  format: 'csv',
  columns: { item_category: 'int32' },
  init: () => new Map(),
  record(row, counts) {
    const category = row.item_category
    counts.set(category, (counts.get(category) ?? 0) + 1)
  },
  combine(a, b) {
    for (const [category, count] of b) a.set(category, (a.get(category) ?? 0) + count)
    return a
  },
  finish(counts) {
    return [...counts]
      .map(([category, count]) => ({ category, count }))
      .sort((a, b) => b.count - a.count || a.category - b.category)
      .slice(0, 10)
  },
}
