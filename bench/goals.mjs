// What a workload is to reach, and whether it did.

/**
 * One of `timesFaster`, `secondsBeyond`, `perByte` and `ownBytesBeyond` says what is compared and with which bound.
 *
 * @typedef {object} Goal
 * @property {string} competitor
 * @property {string} [than] name of the competitor it is compared with; the workload's reference by default
 * @property {number} [timesFaster] at least: seconds of the other by seconds of this one
 * @property {number} [secondsBeyond] at most: seconds of this one less those of the other
 * @property {number} [perByte] at most: seconds for each byte of this one's input by those of the other
 * @property {number} [ownBytesBeyond] at most: own memory of this one at its peak less that of the other
 */

const KINDS = {
  timesFaster: {
    find: (one, other) => other.median / one.median,
    isReached: (found, bound) => found >= bound,
    text: (bound, than) =>
      bound < 1
        ? `at most ${(1 / bound).toFixed(1)} times the time of ${than}`
        : `at least ${bound} times faster than ${than}`,
    show: (found) => found.toFixed(2),
  },
  secondsBeyond: {
    find: (one, other) => one.median - other.median,
    isReached: (found, bound) => found <= bound,
    text: (bound, than) => `at most ${bound.toFixed(3)} s more than ${than}`,
    show: (found) => `${found.toFixed(3)} s`,
  },
  perByte: {
    find: (one, other) => one.median / one.inputBytes / (other.median / other.inputBytes),
    isReached: (found, bound) => found <= bound,
    text: (bound, than) => `at most ${bound} times the seconds per byte of ${than}`,
    show: (found) => found.toFixed(2),
  },
  ownBytesBeyond: {
    // What is not known reaches no goal.
    find: (one, other) => (one.peakOwnBytes ?? Number.NaN) - (other.peakOwnBytes ?? Number.NaN),
    isReached: (found, bound) => found <= bound,
    text: (bound, than) => `at most ${bound / 1e6} MB of own memory more than ${than}`,
    show: (found) => `${(found / 1e6).toFixed(0)} MB`,
  },
}

function kindOf(goal) {
  return Object.keys(KINDS).find((kind) => goal[kind] !== undefined)
}

/**
 * Compare what was found with the bound.
 *
 * @param {Goal} goal
 * @param {readonly { name: string, median: number, inputBytes: number, peakOwnBytes: number | null }[]} summaries
 * @param {string} reference
 */
export function judge(goal, summaries, reference) {
  const kind = kindOf(goal)
  const than = goal.than ?? reference
  const [one, other] = [goal.competitor, than].map((name) => summaries.find((one) => one.name === name))
  const found = KINDS[kind].find(one, other)
  return { ...goal, than, found, isReached: KINDS[kind].isReached(found, goal[kind]) }
}

/** Say a judged goal in one sentence. */
export function describeGoal(goal) {
  const kind = kindOf(goal)
  const { text, show } = KINDS[kind]
  const verdict = goal.isReached ? 'reached' : 'missed'
  return `Goal: ${goal.competitor} ${text(goal[kind], goal.than)}: ${show(goal.found)}, ${verdict}.`
}
