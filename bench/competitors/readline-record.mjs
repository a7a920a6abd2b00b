// Two fields of every record as numbers, a row for who bought.
import { runReadline } from './readline-loop.mjs'

let isHeader = true
await runReadline(process.argv.slice(2), (line) => {
  if (isHeader) {
    isHeader = false
    return 'user_id,behavior_type\n'
  }
  const fields = line.split(',')
  const userId = Number(fields[0])
  const behaviorType = Number(fields[2])
  return behaviorType === 4 ? `${userId},${behaviorType}\n` : ''
})
