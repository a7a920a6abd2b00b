// The score of a click, as every program of the workload counts it: by what was done, how long ago, where from and in
// which category. Whole numbers throughout, so that all of them give the same bytes.

/** Columns of the result. */
export const SCORE_COLUMNS = ['user_id', 'item_id', 'item_category', 'bucket', 'score']

/** Of no behaviour, a look, a bookmark, into the cart, bought. */
const WEIGHTS = [0, 1, 4, 9, 25]
/** A click of the last hour counts a million times its weight, one of two days before half of that. */
const FULL_SCORE = 1_000_000
const HALF_LIFE_HOURS = 48
/** The data's days are 18 November to 18 December 2014. */
const LAST_HOUR = 31 * 24 - 1
/** Categories below it are promoted. */
const PROMOTED = 2000
/** Pairs of user and item are shared out to so many buckets, for experiments. */
const BUCKETS = 100

/** @param {string} time as `2014-11-23 13` */
export function scoreOf(behaviorType, place, category, time) {
  const day = (twoDigits(time, 5) - 11) * 30 + twoDigits(time, 8) - 18
  const age = LAST_HOUR - (24 * day + twoDigits(time, 11))
  const recency = Math.floor((FULL_SCORE * HALF_LIFE_HOURS) / (HALF_LIFE_HOURS + age))
  const isPreferred = place !== '' || category < PROMOTED
  return WEIGHTS[behaviorType] * (isPreferred ? recency + (recency >> 2) : recency)
}

export function bucketOf(userId, itemId) {
  return (userId + itemId) % BUCKETS
}

function twoDigits(text, at) {
  return (text.charCodeAt(at) - 48) * 10 + text.charCodeAt(at + 1) - 48
}
