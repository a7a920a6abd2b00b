import { createRequire } from 'node:module'
import { Argument, Command } from 'commander'
import { GENERATE_KINDS } from '../generate/settings.js'
import { writeToStandardError } from '../output/standard-error.js'
import { addOptions } from './command-options.js'
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

const RUN_EXAMPLES = `
The module's default export is a function of a line, or an object with a function of a line, record or batch.
Sizes take K, M and G (powers of 1024). An input's format follows its extension: .csv, .tsv, .ndjson, .jsonl.

Examples:
  $ linemill generate tianchi --rows 100000 -o clicks.csv
  $ echo 'export default (line) => line.toUpperCase()' > upper.mjs
  $ linemill run upper.mjs clicks.csv -o upper.csv --report
  $ echo 'export default (line) => (line.includes(",4,") ? line : undefined)' > bought.mjs
  $ linemill run bought.mjs clicks.csv | head -n 3
  $ linemill run bought.mjs clicks.csv --explain
`

const FILTER_EXAMPLES = `
The expression is JavaScript over column names; line is the whole record. A column is a number where it is compared with
one, else a text; what is no number is unequal, above and below none. col('a b') names a column that is no identifier.
What compares columns with values that are written out runs natively; --explain says what does not, and why.

Examples:
  $ linemill generate tianchi --rows 100000 -o clicks.csv
  $ linemill filter 'behavior_type === 4 && user_geohash !== ""' clicks.csv -o bought.csv --report
  $ linemill filter '[4076, 10894].includes(item_category)' clicks.csv --count
  $ linemill filter 'time.startsWith("2014-12-12") && /,[34],/.test(line)' clicks.csv --explain
`

const COUNT_EXAMPLES = `
Records are counted by the input's format: a header is none, and a line end inside quotes ends none.

Examples:
  $ linemill generate quoted --rows 100000 -o reviews.csv
  $ linemill count reviews.csv
  $ linemill count --lines reviews.csv
`

const SPLIT_EXAMPLES = `
Records are cut by the input's format, so a line end inside quotes parts none; they pass as they stand, each with a
line feed. {index} in a name counts from 0. The directory appears, or gets its files, at the end: all or none.

Examples:
  $ linemill generate quoted --rows 100000 -o reviews.csv
  $ linemill split reviews.csv --records 30000 -o parts --report
  $ linemill split reviews.csv --bytes 1M -o blocks --name 'reviews-{index}.csv' --no-repeat-header
  $ linemill split reviews.csv --bytes 1M -o blocks --explain
`

const GENERATE_EXAMPLES = `
Kinds:
  tianchi       clicks of a shop: user_id,item_id,behavior_type,user_geohash,item_category,time
  measurements  station;temperature, as in the One Billion Row Challenge
  ndjson        a web service's log, an object a line
  quoted        csv with line ends, delimiters and doubled quotes inside fields

Examples:
  $ linemill generate tianchi --size 100M -o clicks.csv
  $ linemill generate measurements --rows 100000 --stations 1000 --seed 7 -o measurements.txt
  $ linemill generate ndjson | head -n 3
`

/** Make the commands. What a command does is loaded when it runs, since every module costs start-up. */
export function createProgram(): Command {
  const program = new Command('linemill')
    .description(DESCRIPTION)
    .version(readVersion())
    .exitOverride()
    .configureOutput({ writeOut: writeHelp, outputError: (text) => writeToStandardError(nameProgram(text)) })
    .addHelpText('after', STATUS_HELP + PROGRAM_EXAMPLES)

  addOptions(program.command('run'), 'run')
    .description("the user's function over every line, record or batch")
    .argument('<module>', 'file whose default export is the job')
    .argument('<input...>', 'files to read, in this order')
    .addHelpText('after', RUN_EXAMPLES)
    .action(async (module: string, inputs: string[], _options, command: Command) => {
      const { runAction } = await import('./run-action.js')
      await runAction(module, inputs, command)
    })

  addOptions(program.command('filter'), 'filter')
    .description('records for which an expression holds')
    .argument('<expression>', 'JavaScript over column names')
    .argument('<input...>', 'files to read, in this order')
    .addHelpText('after', FILTER_EXAMPLES)
    .action(async (expression: string, inputs: string[], _options, command: Command) => {
      const { filterAction } = await import('./filter-action.js')
      await filterAction(expression, inputs, command)
    })

  addOptions(program.command('count'), 'count')
    .description('how many records (or lines) there are')
    .argument('<input...>', 'files to read')
    .addHelpText('after', COUNT_EXAMPLES)
    .action(async (inputs: string[], _options, command: Command) => {
      const { countAction } = await import('./count-action.js')
      await countAction(inputs, command)
    })

  addOptions(program.command('split'), 'split')
    .description('files of so many records, or bytes, each')
    .argument('<input...>', 'files to read, in this order')
    .addHelpText('after', SPLIT_EXAMPLES)
    .action(async (inputs: string[], _options, command: Command) => {
      const { splitAction } = await import('./split-action.js')
      await splitAction(inputs, command)
    })

  addOptions(program.command('generate'), 'generate')
    .description('a file to try linemill on, the same on every machine')
    .addArgument(new Argument('<kind>', 'what to write').choices(GENERATE_KINDS))
    .addHelpText('after', GENERATE_EXAMPLES)
    .action(async (kind, _options, command: Command) => {
      const { generateAction } = await import('./generate-action.js')
      await generateAction(kind, command)
    })

  return program
}

/**
 * Let `--report` alone stand for `--report=`: its value is optional and only ever given with an equals sign, so
 * what follows it is an input.
 */
export function separateReport(typed: readonly string[]): string[] {
  const end = typed.indexOf('--')
  return typed.map((word, index) => (word === '--report' && (end < 0 || index < end) ? '--report=' : word))
}

function readVersion(): string {
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
