// Every line as it is.
import { runReadline } from './readline-loop.mjs'

const [input, output] = process.argv.slice(2)
await runReadline(input, output, (line) => `${line}\n`)
