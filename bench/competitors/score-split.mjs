// A score of every line by strings and split: what a readline loop does, and what `linemill run` can do as well.
import { bucketOf, SCORE_COLUMNS, scoreOf } from './score.mjs'

const HEADER = SCORE_COLUMNS.join(',')

export default function score(line) {
  const [user, item, behavior, place, category, time] = line.split(',')
  if (user === 'user_id') return HEADER
  const bucket = bucketOf(Number(user), Number(item))
  return [user, item, category, bucket, scoreOf(Number(behavior), place, Number(category), time)].join(',')
}
