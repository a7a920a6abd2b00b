// For `linemill run`: two typed fields of every record, a row for who bought.
export default {
  format: 'csv',
  columns: { user_id: 'int32', behavior_type: 'int8' },
  output: ['user_id', 'behavior_type'],
  record(row, out) {
    const { user_id, behavior_type } = row
    if (behavior_type === 4) out.row(user_id, behavior_type)
  },
}
