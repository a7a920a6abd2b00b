import { FORMAT_NAMES, GATHER_NAMES, ON_ERROR_NAMES, PRIMITIVES_NAMES, STRATEGY_NAMES } from '../options.js'
import {
  readArg,
  readDelimiter,
  readNames,
  readQuote,
  readSeconds,
  readSize,
  readWholeNumber,
} from './typed-values.js'
import { type OptionEntry, VERB_OPTIONS, type Verb } from './verb-options.js'

const RUN: readonly Verb[] = ['run']
const RECORDS: readonly Verb[] = ['run', 'filter', 'select']
const TABLES: readonly Verb[] = ['group', 'freq', 'stats']
const LIMITED: readonly Verb[] = ['run', 'filter', 'select', 'sample', 'count', 'split', ...TABLES]
const ENGINE: readonly Verb[] = [...LIMITED, 'slice', 'head', 'tail']

/** Every option of every command, once. */
export const OPTIONS: readonly OptionEntry[] = [
  {
    flags: '-o, --output <file>',
    description: 'file to write, put in place at the end; - is standard output (default)',
    verbs: ['run', 'filter', 'select', 'slice', 'head', 'tail', 'sample', ...TABLES, 'generate'],
    key: 'output',
  },
  ...VERB_OPTIONS,
  {
    flags: '--format <name>',
    description: 'format of the inputs (default: by extension, else lines)',
    verbs: ENGINE,
    key: 'format',
    choices: ['auto', ...FORMAT_NAMES],
  },
  {
    flags: '-d, --delimiter <character>',
    description: "what parts fields; 'tab' for a tab (default: comma, in tsv tab)",
    verbs: ENGINE,
    key: 'delimiter',
    read: readDelimiter,
  },
  {
    flags: '--quote <character>',
    description: "what wraps fields in csv; 'none' where quotes are text (default: \")",
    verbs: ENGINE,
    key: 'quote',
    read: readQuote,
    nullWord: 'none',
  },
  {
    flags: '--no-header',
    description: 'csv and tsv inputs begin with a record, not with a header',
    verbs: ENGINE,
    key: 'header',
  },
  {
    flags: '--names <a,b,c>',
    description: "column names, in place of a header's",
    verbs: ['run', 'filter', 'select', 'count', ...TABLES],
    key: 'names',
    read: readNames,
  },
  {
    flags: '--limit <number>',
    description: 'process only the first so many records, whether a condition lets them pass or not',
    verbs: LIMITED,
    key: 'limit',
    read: readWholeNumber,
  },
  {
    flags: '--arg <name=value>',
    description: "a value for the user's functions, as context.args; repeatable",
    verbs: RUN,
    key: 'args',
    read: readArg,
  },
  {
    flags: '--export <name>',
    description: 'export of the module that is the job (default: default)',
    verbs: RUN,
    key: 'exportName',
  },
  {
    flags: '--on-error <policy>',
    description: 'what to do about a record that fails (default: fail)',
    verbs: RECORDS,
    key: 'onError',
    choices: ON_ERROR_NAMES,
  },
  {
    flags: '--reject <file>',
    description: 'with --on-error reject: file that receives failing records as they stand',
    verbs: RECORDS,
    key: 'reject',
  },
  {
    flags: '--max-errors <number>',
    description: 'with --on-error skip or reject: fail after more than so many (default: no limit)',
    verbs: [...RECORDS, 'group', 'freq', 'stats'],
    key: 'maxErrors',
    read: readWholeNumber,
  },
  {
    flags: '--timeout <seconds>',
    description:
      "fail where the job's function takes longer over a line, record or batch (default: no limit)",
    verbs: RUN,
    key: 'timeoutSeconds',
    read: readSeconds,
  },
  {
    flags: '--max-record <size>',
    description: 'longest record that is no error (default: 1G)',
    verbs: ENGINE,
    key: 'maxRecordBytes',
    read: readSize,
  },
  {
    flags: '--sync',
    description: 'sync files and directory before the run is done',
    verbs: ['run', 'filter', 'select', 'slice', 'head', 'tail', 'sample', 'split', ...TABLES],
    key: 'sync',
  },
  {
    flags: '--strict-size',
    description: 'fail where an input grew during the run (default: a warning)',
    verbs: ENGINE,
    key: 'strictSize',
  },
  {
    flags: '-w, --workers <number>',
    description: 'worker threads (default: the processors this process may use)',
    verbs: ENGINE,
    key: 'workers',
    read: readWholeNumber,
  },
  {
    flags: '--block <size>',
    description: 'size of a block, the unit of work (default: 1M)',
    verbs: ENGINE,
    key: 'blockBytes',
    read: readSize,
  },
  {
    flags: '--memory <size>',
    description: "size of linemill's own buffers (default: 256M, or a quarter of the memory if that is less)",
    verbs: ENGINE,
    key: 'memoryBytes',
    read: readSize,
  },
  {
    flags: '--strategy <name>',
    description:
      'how bytes are read: mapped, by one mapping that workers share, or pread, into a buffer of each worker; auto tries both on files of 8 MiB and more and takes the faster, maps smaller ones, and reads network file systems; an input that is cut short meanwhile fails the run either way (default: auto)',
    verbs: ENGINE,
    key: 'strategy',
    choices: ['auto', ...STRATEGY_NAMES],
  },
  {
    flags: '--gather <when>',
    description: 'write output while workers compute (eager) or after the last block (end); default: eager',
    verbs: ENGINE,
    key: 'gather',
    choices: GATHER_NAMES,
  },
  {
    flags: '--primitives <name>',
    description: 'instruction set of the inner loops (default: auto, the widest there is)',
    verbs: ENGINE,
    key: 'primitives',
    choices: PRIMITIVES_NAMES,
  },
  {
    flags: '--progress',
    description: 'show progress on standard error (default: on a terminal)',
    verbs: ENGINE,
  },
  { flags: '--no-progress', description: 'show no progress', verbs: ENGINE },
  {
    flags: '--report [=json|FILE]',
    description: 'say on standard error what was done, in words or as JSON, or write it as JSON to a file',
    verbs: [...ENGINE, 'generate'],
  },
  { flags: '--explain', description: 'say what would be done, and why; do not do it', verbs: ENGINE },
]
