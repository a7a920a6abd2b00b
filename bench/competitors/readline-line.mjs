// Every line as it is.
import { runReadline } from './readline-loop.mjs'

await runReadline(process.argv.slice(2), (line) => `${line}\n`)
