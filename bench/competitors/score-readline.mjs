// A score of every record, by strings and split.
import { runReadline } from './readline-loop.mjs'
import score from './score-split.mjs'

await runReadline(process.argv.slice(2), (line) => `${score(line)}\n`)
