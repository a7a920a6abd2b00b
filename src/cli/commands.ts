import { GENERATE_KINDS } from '../generate/settings.js'
import type { Verb } from './verb-options.js'

/** A word that a command takes, `<needed>` or `<several...>`. */
export interface CommandWord {
  readonly name: string
  readonly description: string
  readonly choices?: readonly string[]
}

/** A command, as its help shows it. */
export interface CommandEntry {
  readonly verb: Verb
  readonly description: string
  readonly words: readonly CommandWord[]
  /** What the help says behind the options. */
  readonly help: string
  /** Load what the command does: a function of its words, then of the command, which has its options. */
  readonly load: () => Promise<(...given: never[]) => Promise<void>>
}

const INPUTS: CommandWord = { name: '<input...>', description: 'files to read, in this order' }

/** Every command, in the order of the help. */
export const COMMANDS: readonly CommandEntry[] = [
  {
    verb: 'run',
    description: "the user's function over every line, record or batch",
    words: [{ name: '<module>', description: 'file whose default export is the job' }, INPUTS],
    help: `
The module's default export is a function of a line, or an object with a function of a line, record or batch.
Sizes take K, M and G (powers of 1024). An input's format follows its extension: .csv, .tsv, .ndjson, .jsonl.

Examples:
  $ linemill generate tianchi --rows 100000 -o clicks.csv
  $ echo 'export default (line) => line.toUpperCase()' > upper.mjs
  $ linemill run upper.mjs clicks.csv -o upper.csv --report
  $ echo 'export default (line) => (line.includes(",4,") ? line : undefined)' > bought.mjs
  $ linemill run bought.mjs clicks.csv | head -n 3
  $ linemill run bought.mjs clicks.csv --explain
`,
    load: async () => (await import('./run-action.js')).runAction,
  },
  {
    verb: 'filter',
    description: 'records for which an expression holds',
    words: [{ name: '<expression>', description: 'JavaScript over column names' }, INPUTS],
    help: `
The expression is JavaScript over column names; line is the whole record. A column is a number where it is compared with
one, else a text; what is no number is unequal, above and below none. col('a b') names a column that is no identifier.
What compares columns with values that are written out runs natively; --explain says what does not, and why.

Examples:
  $ linemill generate tianchi --rows 100000 -o clicks.csv
  $ linemill filter 'behavior_type === 4 && user_geohash !== ""' clicks.csv -o bought.csv --report
  $ linemill filter '[4076, 10894].includes(item_category)' clicks.csv --count
  $ linemill filter 'time.startsWith("2014-12-12") && /,[34],/.test(line)' clicks.csv --explain
`,
    load: async () => (await import('./filter-action.js')).filterAction,
  },
  {
    verb: 'group',
    description: 'counts, sums and other aggregates for each key',
    words: [{ name: '<columns>', description: 'columns whose fields are the key, between commas' }, INPUTS],
    help: `
Aggregates:
  count                     records
  count(x)                  fields that are not empty
  count_distinct(x)         those that differ; approx_distinct(x): nearly, in bounded memory
  sum mean min max var std  of numbers, exact: (x) behind each
  median(x) quantile(x,0.9) of numbers; they keep all of them
  approx_median(x) approx_quantile(x,0.9)
                            the same within 0.4%, in bounded memory
  first(x) last(x)          texts by the order of records
  lexmin(x) lexmax(x)       texts by their bytes
An empty field is null: it is left out. Each may be given a name: sum(price) as total.

Examples:
  $ linemill generate tianchi --rows 100000 -o clicks.csv
  $ linemill group item_category clicks.csv --sort -count --top 10
  $ linemill group behavior_type,time clicks.csv --agg 'count,count_distinct(user_id) as users' -o hours.csv
  $ linemill generate measurements --rows 100000 -o measurements.txt
  $ linemill group 1 measurements.txt --agg 'min(2),mean(2),max(2)' -d ';' --no-header --format csv --sort c1
  $ linemill group item_category clicks.csv --where 'behavior_type === 4' --sort -count --top 10
`,
    load: async () => (await import('./group-action.js')).groupAction,
  },
  {
    verb: 'freq',
    description: 'the most frequent values of a column',
    words: [{ name: '<column>', description: 'its name or number' }, INPUTS],
    help: `
Those that are as frequent come by value: as numbers where all are numbers, else by their bytes.

Examples:
  $ linemill generate tianchi --rows 100000 -o clicks.csv
  $ linemill freq item_category clicks.csv
  $ linemill freq behavior_type clicks.csv --top 0 --output-format ndjson
`,
    load: async () => (await import('./freq-action.js')).freqAction,
  },
  {
    verb: 'select',
    description: 'columns, in the order given',
    words: [{ name: '<columns>', description: 'names, numbers and ranges, between commas' }, INPUTS],
    help: `
Columns: a name; a number from 1; a range of numbers (2-4, 3-, -2); !name or !2-4 for all but these; a name in quotes
("a,b", "2") where it means something else without. In any order, and more than once. Fields are copied as they stand,
quotes included; one that holds another delimiter of the output gets quotes, or fails where the output has none (tsv).
Of ndjson names of properties alone: they become objects again, or fields where the output is csv or tsv.

Examples:
  $ linemill generate tianchi --rows 100000 -o clicks.csv
  $ linemill select user_id,time clicks.csv -o times.csv --report
  $ linemill select 5,1-3 clicks.csv --output-delimiter tab -o clicks.tsv
  $ linemill select '!user_geohash' clicks.csv --explain
  $ linemill generate ndjson --rows 100000 -o access.ndjson
  $ linemill select time,status,path access.ndjson --where 'status === 500' -o failed.csv
`,
    load: async () => (await import('./select-action.js')).selectAction,
  },
  {
    verb: 'slice',
    description: 'records from one number to another',
    words: [INPUTS],
    help: `
Records are numbered from 0 over all inputs, without their headers; the record at --end is no more among them. Numbers
below 0 count from the end: all records are counted first then.

Examples:
  $ linemill generate quoted --rows 100000 -o reviews.csv
  $ linemill slice reviews.csv --start 50000 --end 50010
  $ linemill slice reviews.csv --start 1000 --end -1000 -o middle.csv --report
`,
    load: async () => (await import('./slice-action.js')).sliceAction,
  },
  {
    verb: 'head',
    description: 'the first records',
    words: [INPUTS],
    help: `
Records, not lines: a line end inside quotes ends none. The header comes before them.

Examples:
  $ linemill generate quoted --rows 100000 -o reviews.csv
  $ linemill head -n 3 reviews.csv
`,
    load: async () => (await import('./slice-action.js')).headAction,
  },
  {
    verb: 'tail',
    description: 'the last records',
    words: [INPUTS],
    help: `
Records, not lines: a line end inside quotes ends none. All are counted, which is exact, then the last blocks are cut.

Examples:
  $ linemill generate quoted --rows 100000 -o reviews.csv
  $ linemill tail -n 3 reviews.csv
`,
    load: async () => (await import('./slice-action.js')).tailAction,
  },
  {
    verb: 'sample',
    description: 'a random sample of the records, in input order',
    words: [
      { name: '<number>', description: 'how many records; with --fraction the first of the files' },
      { name: '[input...]', description: INPUTS.description },
    ],
    help: `
The same seed and records give the same sample, however it is made: a record is chosen by a hash of the seed and its
number. As many records as are asked for, or all if there are fewer; with --fraction each passes by itself.

Examples:
  $ linemill generate tianchi --rows 100000 -o clicks.csv
  $ linemill sample 1000 clicks.csv -o thousand.csv --report
  $ linemill sample clicks.csv --fraction 0.01 --seed 7 -o hundredth.csv
`,
    load: async () => (await import('./sample-action.js')).sampleAction,
  },
  {
    verb: 'count',
    description: 'how many records (or lines) there are',
    words: [{ name: '<input...>', description: 'files to read' }],
    help: `
Records are counted by the input's format: a header is none, and a line end inside quotes ends none.

Examples:
  $ linemill generate quoted --rows 100000 -o reviews.csv
  $ linemill count reviews.csv
  $ linemill count --lines reviews.csv
  $ linemill count reviews.csv --where 'price > 100'
`,
    load: async () => (await import('./count-action.js')).countAction,
  },
  {
    verb: 'stats',
    description: 'type, empty, distinct, least, greatest, sum, mean and quartiles of each column',
    words: [INPUTS],
    help: `
A column is of type integer or decimal if all fields that are not empty are such numbers, else text. Sums are exact, and
shortest and longest are bytes. Distinct values are exact up to 4,096, else estimated to 0.8%, and quartiles exact up to
1,024 distinct numbers, else within 0.4%: the last column of the result says which of them are estimates. Of ndjson
--columns names the properties to look at.

Examples:
  $ linemill generate tianchi --rows 100000 -o clicks.csv
  $ linemill stats clicks.csv
  $ linemill stats clicks.csv --columns 'behavior_type,item_category' --output-format ndjson
  $ linemill stats clicks.csv -o stats.csv --report
`,
    load: async () => (await import('./stats-action.js')).statsAction,
  },
  {
    verb: 'split',
    description: 'files of so many records, or bytes, each',
    words: [INPUTS],
    help: `
Records are cut by the input's format, so a line end inside quotes parts none; they pass as they stand, each with a
line feed. {index} in a name counts from 0. The directory appears, or gets its files, at the end: all or none.

Examples:
  $ linemill generate quoted --rows 100000 -o reviews.csv
  $ linemill split reviews.csv --records 30000 -o parts --report
  $ linemill split reviews.csv --bytes 1M -o blocks --name 'reviews-{index}.csv' --no-repeat-header
  $ linemill split reviews.csv --bytes 1M -o blocks --explain
`,
    load: async () => (await import('./split-action.js')).splitAction,
  },
  {
    verb: 'generate',
    description: 'a file to try linemill on, the same on every machine',
    words: [{ name: '<kind>', description: 'what to write', choices: GENERATE_KINDS }],
    help: `
Kinds:
  tianchi       clicks of a shop: user_id,item_id,behavior_type,user_geohash,item_category,time
  measurements  station;temperature, as in the One Billion Row Challenge
  ndjson        a web service's log, an object a line
  quoted        csv with line ends, delimiters and doubled quotes inside fields

Examples:
  $ linemill generate tianchi --size 100M -o clicks.csv
  $ linemill generate measurements --rows 100000 --stations 1000 --seed 7 -o measurements.txt
  $ linemill generate ndjson | head -n 3
`,
    load: async () => (await import('./generate-action.js')).generateAction,
  },
]
