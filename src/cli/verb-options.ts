import type { CountOptions } from '../count.js'
import type { FilterOptions } from '../filter.js'
import type { FreqOptions } from '../freq.js'
import type { GenerateOptions } from '../generate.js'
import type { GroupOptions } from '../group.js'
import type { RunOptions } from '../options.js'
import type { SampleOptions } from '../sample.js'
import type { SelectOptions } from '../select.js'
import type { HeadOptions, SliceOptions } from '../slice.js'
import type { SplitOptions } from '../split.js'
import type { StatsOptions } from '../stats.js'
import {
  readCondition,
  readDelimiter,
  readFraction,
  readInteger,
  readSize,
  readWholeNumber,
} from './typed-values.js'

export type Verb =
  | 'run'
  | 'filter'
  | 'select'
  | 'slice'
  | 'head'
  | 'tail'
  | 'group'
  | 'freq'
  | 'stats'
  | 'sample'
  | 'count'
  | 'split'
  | 'generate'

export interface OptionEntry {
  readonly flags: string
  readonly description: string
  /** The verbs that have it. */
  readonly verbs: readonly Verb[]
  /** The library's option that it sets; absent where it is about the command line alone. */
  readonly key?:
    | keyof RunOptions
    | keyof GenerateOptions
    | keyof SplitOptions
    | keyof FilterOptions
    | keyof GroupOptions
    | keyof FreqOptions
    | keyof SelectOptions
    | keyof SliceOptions
    | keyof SampleOptions
    | keyof HeadOptions
    | keyof CountOptions
    | keyof StatsOptions
  readonly read?: (typed: string, before?: never) => unknown
  readonly choices?: readonly string[]
  /** The word that stands for null. Commander keeps no null itself. */
  readonly nullWord?: string
}

const SPLIT: readonly Verb[] = ['split']
const GROUPS: readonly Verb[] = ['group', 'freq']
const GENERATE: readonly Verb[] = ['generate']

/** The options that are a single verb's own, by verb. */
export const VERB_OPTIONS: readonly OptionEntry[] = [
  {
    flags: '-o, --output <directory>',
    description: 'directory to write: a new one, or one without such files',
    verbs: SPLIT,
    key: 'output',
  },
  {
    flags: '--records <number>',
    description: 'records of each file',
    verbs: SPLIT,
    key: 'records',
    read: readWholeNumber,
  },
  {
    flags: '--bytes <size>',
    description: 'in place of --records: size of each file, about, in whole records',
    verbs: SPLIT,
    key: 'bytes',
    read: readSize,
  },
  {
    flags: '--name <template>',
    description: "name of each file (default: part-{index} and the first input's extension)",
    verbs: SPLIT,
    key: 'name',
  },
  {
    flags: '--no-repeat-header',
    description: 'the first file alone begins with the header',
    verbs: SPLIT,
    key: 'repeatHeader',
  },
  {
    flags: '--count',
    description: 'print how many records pass, in place of the records',
    verbs: ['filter'],
    key: 'count',
  },
  {
    flags: '--invert',
    description: 'let the records pass for which the expression does not hold',
    verbs: ['filter'],
    key: 'invert',
  },
  {
    flags: '--agg <list>',
    description:
      "what to say of each group, such as 'count,sum(price),mean(price) as average'; see below (default: count)",
    verbs: ['group'],
    key: 'aggregates',
  },
  {
    flags: '--sort <columns>',
    description:
      "columns of the result to sort it by, '-' before those that fall (default: as groups appear)",
    verbs: ['group'],
    key: 'sort',
  },
  {
    flags: '--top <number>',
    description: 'the most rows of the result, 0 for all (default: all; of freq 10)',
    verbs: GROUPS,
    key: 'top',
    read: readWholeNumber,
  },
  {
    flags: '--output-format <name>',
    description: "how the result is written (default: by the output's extension, else as the inputs)",
    verbs: [...GROUPS, 'stats'],
    key: 'outputFormat',
    choices: ['csv', 'tsv', 'ndjson'],
  },
  {
    flags: '--on-error <policy>',
    description:
      'what to do about a record that fails, as one with a text where a number is summed (default: fail)',
    verbs: GROUPS,
    key: 'onError',
    choices: ['fail', 'skip'],
  },
  {
    flags: '--on-error <policy>',
    description: 'what to do about a record that has more or fewer fields than it should (default: fail)',
    verbs: ['stats'],
    key: 'onError',
    choices: ['fail', 'skip'],
  },
  {
    flags: '--columns <list>',
    description: "columns to look at, such as 'price,2-4,!time' (default: all)",
    verbs: ['stats'],
    key: 'columns',
  },
  {
    flags: '--output-delimiter <character>',
    description:
      "what parts fields in the output; 'tab' for tsv, which has no quotes (default: as in the inputs)",
    verbs: ['select'],
    key: 'outputDelimiter',
    read: readDelimiter,
  },
  {
    flags: '--start <number>',
    description: 'first record, from 0; below 0 from the end (default: 0)',
    verbs: ['slice'],
    key: 'start',
    read: readInteger,
  },
  {
    flags: '--end <number>',
    description: 'record behind the last, from 0; below 0 from the end (default: to the end)',
    verbs: ['slice'],
    key: 'end',
    read: readInteger,
  },
  {
    flags: '-n, --records <number>',
    description: 'how many records (default: 10)',
    verbs: ['head', 'tail'],
    key: 'records',
    read: readWholeNumber,
  },
  {
    flags: '--fraction <number>',
    description: 'in place of a number of records: the part of them that passes, about, from 0 to 1',
    verbs: ['sample'],
    key: 'fraction',
    read: readFraction,
  },
  {
    flags: '--seed <number>',
    description: 'same seed and records: same sample (default: 1)',
    verbs: ['sample'],
    key: 'seed',
    read: readWholeNumber,
  },
  {
    flags: '--where <expression>',
    description: 'only the records for which it holds: JavaScript over columns, as `filter --help` has it',
    verbs: ['count', 'select', ...GROUPS, 'stats'],
    key: 'where',
    read: readCondition as NonNullable<OptionEntry['read']>,
  },
  { flags: '--lines', description: 'count lines, whatever the format', verbs: ['count'], key: 'lines' },
  {
    flags: '--rows <number>',
    description: 'records to write, the header not counted (default: 1000000)',
    verbs: GENERATE,
    key: 'rows',
    read: readWholeNumber,
  },
  {
    flags: '--size <size>',
    description: 'write whole records until there are so many bytes, in place of --rows',
    verbs: GENERATE,
    key: 'sizeBytes',
    read: readSize,
  },
  {
    flags: '--seed <number>',
    description: 'same seed, rows and kind: same bytes (default: 1)',
    verbs: GENERATE,
    key: 'seed',
    read: readWholeNumber,
  },
  {
    flags: '--stations <number>',
    description: 'with measurements: how many stations, 1 to 10000 (default: 412)',
    verbs: GENERATE,
    key: 'stations',
    read: readWholeNumber,
  },
  { flags: '--crlf', description: 'with quoted: end records in CRLF', verbs: GENERATE, key: 'crlf' },
]
