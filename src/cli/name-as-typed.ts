import { Option } from 'commander'
import { OPTIONS } from './option-table.js'

/**
 * Name options as they are typed in a message of the library: there an option's name stands in backticks, or begins
 * what the option must be.
 */
export function nameAsTyped(message: string): string {
  return message.replace(/^(\w+)(?= must )|`(\w+)`/g, (found, first, quoted) => {
    const entry = OPTIONS.find(({ key }) => key === (first ?? quoted))
    return entry ? `--${new Option(entry.flags).name()}` : found
  })
}
