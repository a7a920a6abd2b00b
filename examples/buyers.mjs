// A record function: only the named columns are decoded, and only when they are read.
// Writes who bought (behavior_type 4), and when.
//
//   linemill generate tianchi -o clicks.csv
//   linemill run examples/buyers.mjs clicks.csv -o buyers.csv
export default {
  format: 'csv',
  columns: { user_id: 'int32', behavior_type: 'int8', time: 'string' },
  output: ['user_id', 'time'],
  record(row, out) {
    if (row.behavior_type === 4) out.row(row.user_id, row.time)
  },
}
