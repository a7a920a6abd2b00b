import { type Command, Option } from 'commander'
import { OPTIONS } from './option-table.js'
import type { Verb } from './verb-options.js'

/** Give a command the options of its verb. */
export function addOptions(command: Command, verb: Verb): Command {
  for (const entry of OPTIONS) {
    if (!entry.verbs.includes(verb)) continue
    const option = new Option(entry.flags, entry.description)
    if (entry.choices) option.choices(entry.choices)
    if (entry.read) option.argParser(entry.read as (typed: string, before: unknown) => unknown)
    command.addOption(option)
  }
  return command
}

/** Collect what was typed as options of the library; what was not typed is absent. */
export function typedOptions<T extends object>(command: Command): T {
  const typed: Record<string, unknown> = {}
  for (const entry of OPTIONS) {
    const name = new Option(entry.flags).attributeName()
    if (entry.key !== undefined && command.getOptionValueSource(name) === 'cli') {
      const value: unknown = command.getOptionValue(name)
      typed[entry.key] = value === entry.nullWord ? null : value
    }
  }
  return typed as T
}
