import { availableParallelism } from 'node:os'
import { areLarge, BLOCK_BYTES, totalSize } from '../input/large.js'
import { startEarly } from '../worker/start-thread.js'

/** Verbs in which the main thread does a worker's part, and which process all of a file: `head` and `tail` seldom do. */
const HELPED = /^(filter|select|slice|sample|group|freq|stats|count)$/
/** What makes `count` process records: else threads of the addon's count them. */
const WHERE = /^--where(=|$)/

// Workers start as slowly as the command line loads: where they will be needed, both happen at once. As many as a verb takes
// by default for the files among the words, before it is known what else these say.
const [verb = '', ...words] = process.argv.slice(2)
if (verb === 'run') {
  startEarly(Math.min(availableParallelism(), Math.max(1, Math.ceil(totalSize(words) / BLOCK_BYTES))))
} else if (
  HELPED.test(verb) &&
  (verb !== 'count' || words.some((word) => WHERE.test(word))) &&
  areLarge(words)
) {
  startEarly(availableParallelism() - 1)
}
