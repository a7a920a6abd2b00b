// For `linemill run`: a score of every record, by a typed row and the emitter.
import { bucketOf, SCORE_COLUMNS, scoreOf } from './score.mjs'

export default {
  format: 'csv',
  columns: {
    user_id: 'int32',
    item_id: 'int32',
    behavior_type: 'int8',
    user_geohash: 'string',
    item_category: 'int32',
    time: 'string',
  },
  output: SCORE_COLUMNS,
  record(row, out) {
    const { user_id, item_id, item_category } = row
    const score = scoreOf(row.behavior_type, row.user_geohash, item_category, row.time)
    out.row(user_id, item_id, item_category, bucketOf(user_id, item_id), score)
  },
}
