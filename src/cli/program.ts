import { Argument, Command } from 'commander'
import { writeToStandardError } from '../output/standard-error.js'
import { addOptions } from './command-options.js'
import { COMMANDS, type CommandEntry } from './commands.js'
import { EXIT_STATUS } from './exit-status.js'

const DESCRIPTION = 'Run work over every line of a big file on all cores; results in order, written once.'

const STATUS_HELP = `
Exit status:
  0 done; 1 the data or the user's function failed; 2 usage; 66 no such input; 74 input/output error;
  75 try again; 130 and 143 by signal; 0 and silence when the reader closes the pipe.
`

const PROGRAM_EXAMPLES = `
Examples:
  $ linemill generate tianchi --rows 100000 -o clicks.csv
  $ linemill count clicks.csv
  $ linemill run --help
`

/**
 * Make the commands that a command line may mean: those that it names, if it begins with one, or all. What a command
 * does is loaded when it runs, since every module costs start-up, as do some 200 options.
 */
export async function createProgram(typed: readonly string[]): Promise<Command> {
  const program = new Command('linemill')
    .description(DESCRIPTION)
    .exitOverride()
    .configureOutput({ writeOut: writeHelp, outputError: (text) => writeToStandardError(nameProgram(text)) })
    .addHelpText('after', STATUS_HELP + PROGRAM_EXAMPLES)

  const named = COMMANDS.filter(({ verb }) => typed.includes(verb))
  const isVerbFirst = named.some(({ verb }) => verb === typed[0])
  const asksVersion = typed.includes('--version') || typed.includes('-V')
  if (!isVerbFirst || asksVersion) program.version(await readVersion())
  for (const entry of isVerbFirst ? named : COMMANDS) addCommand(program, entry)
  return program
}

function addCommand(program: Command, { verb, description, words, help, load }: CommandEntry): void {
  const command = addOptions(program.command(verb), verb).description(description).addHelpText('after', help)
  for (const { name, description: about, choices } of words) {
    const argument = new Argument(name, about)
    if (choices) argument.choices(choices)
    command.addArgument(argument)
  }
  command.action(async (...typed: unknown[]) => {
    const act = (await load()) as (...given: unknown[]) => Promise<void>
    await act(...typed.slice(0, words.length), command)
  })
}

/**
 * Let `--report` alone stand for `--report=`: its value is optional and only ever given with an equals sign, so
 * what follows it is an input.
 */
export function separateReport(typed: readonly string[]): string[] {
  const end = typed.indexOf('--')
  return typed.map((word, index) => (word === '--report' && (end < 0 || index < end) ? '--report=' : word))
}

async function readVersion(): Promise<string> {
  const { createRequire } = await import('node:module')
  return createRequire(import.meta.url)('../../package.json').version
}

function nameProgram(text: string): string {
  return text.replace(/^error: /, 'linemill: ')
}

/** Write help to standard output, whose reader may go away. */
function writeHelp(text: string): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE' || process.exitCode === EXIT_STATUS.ERR_OUTPUT) return
    writeToStandardError(`linemill: cannot write standard output: ${error.message}\n`)
    process.exitCode = EXIT_STATUS.ERR_OUTPUT
  })
  process.stdout.write(text)
}
