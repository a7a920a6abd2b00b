// Two fields of every record as numbers, a row for who bought.
import { runReadline } from './readline-loop.mjs'

const [input, output] = process.argv.slice(2)
let isHeader = true
await runReadline(input, output, (line) => {
  if (isHeader) {
    isHeader = false
    return 'user_id,behavior_type\n'
  }
  const fields = line.split(',')
  const userId = Number(fields[0])
  const behaviorType = Number(fields[2])
  return behaviorType === 4 ? `${userId},${behaviorType}\n` : ''
})
