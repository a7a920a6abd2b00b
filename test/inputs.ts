/** The table of awkward inputs, each with the ways in which it is read. */
import fc from 'fast-check'
import type { RunOptions } from '../dist/options.js'
import type { OracleOptions } from './oracle.js'

/** A way to read an input, as the engine and as the oracle are told of it. */
export interface Reading {
  readonly name: string
  readonly options: RunOptions
  readonly oracle: OracleOptions
}

function reading(
  name: string,
  format: OracleOptions['format'],
  more: { header?: boolean; delimiter?: string; quote?: string | null } = {},
): Reading {
  const { header, delimiter, quote } = more
  return {
    name,
    options: { format, ...more },
    oracle: {
      format,
      ...(header !== undefined && { hasHeader: header }),
      ...(delimiter !== undefined && { delimiter }),
      ...(quote !== undefined && { quote: quote ?? '' }),
    },
  }
}

export const LINES = reading('lines', 'lines')
export const NDJSON = reading('ndjson', 'ndjson')
export const CSV = reading('csv', 'csv')
export const CSV_BARE = reading('csv without header', 'csv', { header: false })
export const CSV_UNQUOTED = reading('csv without quoting', 'csv', { header: false, quote: null })
export const CSV_OTHER = reading('csv with ; and apostrophe', 'csv', { delimiter: ';', quote: "'" })
export const TSV = reading('tsv', 'tsv')
export const TSV_BARE = reading('tsv without header', 'tsv', { header: false })
export const ALL_READINGS: readonly Reading[] = [
  LINES,
  NDJSON,
  CSV,
  CSV_BARE,
  CSV_UNQUOTED,
  CSV_OTHER,
  TSV,
  TSV_BARE,
]
const PLAIN: readonly Reading[] = [LINES, NDJSON, CSV, CSV_BARE, TSV]
const QUOTED: readonly Reading[] = [CSV, CSV_BARE, LINES]

/** The block sizes that the inputs are made to trip over. */
export const BLOCK_SIZES = [1, 2, 3, 7, 16, 61, 64, 256, 4096, 2 ** 20] as const

export interface InputCase {
  readonly name: string
  readonly bytes: Buffer
  readonly readings: readonly Reading[]
}

const cases: InputCase[] = []

/** One byte for each character of `text`. */
function add(name: string, text: string, readings: readonly Reading[] = PLAIN): void {
  cases.push({ name, bytes: Buffer.from(text, 'latin1'), readings })
}

const BOM = '\xef\xbb\xbf'
const HEADER = 'id,text\n'

/** Rows `0,..\n1,..\n` of a csv with two columns. */
function rows(count: number, text = 'x', from = 0): string {
  return Array.from({ length: count }, (_, index) => `${from + index},${text}\n`).join('')
}

add('empty', '', ALL_READINGS)
for (const byte of ['a', '\n', '\r', '"', ',', '\t', '\0', '\xff']) {
  add(`one byte ${JSON.stringify(byte)}`, byte, ALL_READINGS)
}
add('only newlines', '\n'.repeat(40), ALL_READINGS)
add('only CRLF', '\r\n'.repeat(40), ALL_READINGS)
add('two newlines', '\n\n', ALL_READINGS)
add('only delimiters', ',,,\n,,,\n,,,', [CSV, CSV_BARE, LINES])
add('no final newline', 'a,b\n1,2\n3,4', ALL_READINGS)
add('no newline at all', 'abc', ALL_READINGS)
add('final delimiter without newline', 'a,b\n1,2\n3,', [CSV, CSV_BARE, TSV])
add('CRLF', `id,text\r\n${rows(30, 'abc').replaceAll('\n', '\r\n')}`, ALL_READINGS)
add('CRLF and LF mixed', 'a,b\r\n1,2\n3,4\r\n5,6\n\r\n7,8\n\n9,0\r\n', ALL_READINGS)
add('lone CR', 'a,b\n1,\r\n\r,2\n3\r4,5\n\r\r\n6,\r\r\n', ALL_READINGS)
add('lone CR at the end', 'a,b\n1,2\r', ALL_READINGS)
add('only CR', '\r'.repeat(30), ALL_READINGS)
add('only CR, then LF', `${'\r'.repeat(30)}\n`, ALL_READINGS)
for (const blockBytes of [2, 3, 7, 16, 61, 64]) {
  const line = `${'x'.repeat(blockBytes - 1)}\r\n`
  add(`CR at the end of blocks of ${blockBytes}`, `${line}\r\n${line}\n\r\n${line.repeat(9)}`)
}

add('BOM and nothing', BOM, ALL_READINGS)
add('BOM and a newline', `${BOM}\n`, ALL_READINGS)
add('BOM and blank lines', `${BOM}\r\n\n\r\n`, ALL_READINGS)
add('BOM and header', `${BOM}a,b\n1,2\n3,4\n`, ALL_READINGS)
add('BOM and quoted header', `${BOM}"a\n","b"\r\n1,2\n"3",4\n`, QUOTED)
add('BOM and blank lines before the header', `${BOM}\n\r\na,b\n1,2\n\n3,4\n`, ALL_READINGS)
add('BOM inside', `a,b\n${BOM}1,${BOM}\n${BOM}\n${BOM},2\n`, ALL_READINGS)
add('part of a BOM', '\xef\xbb', ALL_READINGS)
add('NUL', 'a,b\n\0,\0\0\n\0\0\0,1\n,\0\n', ALL_READINGS)
add(
  'invalid UTF-8',
  'a,b\n\xff,\xc3\n\xe2\x82,\xf0\x9f\x98\n\x80\x80,\xed\xa0\x80\n\xc0\xaf,z\n',
  ALL_READINGS,
)
add('header of invalid UTF-8', '\xfd,\xfe\n1,2\n', [CSV, LINES])
for (const [bytes, character] of [
  [2, '\xc3\xa9'],
  [3, '\xe2\x82\xac'],
  [4, '\xf0\x9f\x98\x80'],
] as const) {
  const lines = Array.from(
    { length: 70 },
    (_, i) => `${'x'.repeat(i % 13)}${character},${character.repeat(3)}\n`,
  )
  add(`characters of ${bytes} bytes across boundaries`, `k,v\n${lines.join('')}`)
}

for (const blockBytes of [1, 2, 3, 7, 16, 61, 64, 256]) {
  for (const change of [-1, 0, 1]) {
    if (blockBytes + change < 1) continue
    const line = `${'x'.repeat(blockBytes + change - 1)}\n`
    const name = change === 0 ? 'at every boundary of' : `${change} off the boundaries of`
    add(`lines start ${name} blocks of ${blockBytes}`, line.repeat(20), [LINES, CSV, CSV_BARE, NDJSON])
  }
}

add('a record larger than several blocks', `${HEADER}1,"${'long\n'.repeat(1000)}"\n2,b\n${rows(20)}`, QUOTED)
add('large records in a row', HEADER + `1,"${'"",\n'.repeat(200)}"\n`.repeat(5), QUOTED)
add('a large record at the end, not ended', `${HEADER}${rows(5)}9,${'z'.repeat(5000)}`, PLAIN)
add('a line larger than several blocks', `${'y'.repeat(3000)}\nshort\n${'z'.repeat(600)}\n`)
add(
  'a record longer than what is read on',
  `${HEADER}1,"${'ab\n'.repeat(50_000)}"\n2,"${'"",'.repeat(30_000)}"\n3,c\n`,
  QUOTED,
)
add('a line longer than what is read on', `${'y'.repeat(70_000)}\nshort\n${'z'.repeat(140_000)}\r\nend`, [
  LINES,
  CSV_BARE,
])

const OFFSETS = Array.from({ length: 24 }, (_, index) => index)
/** A record that holds `middle` at every offset between quotes. */
function atEveryOffset(middle: string): string {
  return HEADER + OFFSETS.map((at) => `${at},"${'x'.repeat(at)}${middle}${'y'.repeat(23 - at)}"\n`).join('')
}
add('quoted newlines at every offset', atEveryOffset('\n'), QUOTED)
add('quoted CRLF at every offset', atEveryOffset('\r\n'), QUOTED)
add('quoted blank lines at every offset', atEveryOffset('\n\n\r\n'), QUOTED)
add('quoted delimiters at every offset', atEveryOffset(','), QUOTED)
add('doubled quotes at every offset', atEveryOffset('""'), QUOTED)
add('doubled quotes and newlines at every offset', atEveryOffset('""\n""'), QUOTED)
add('a quoted part that looks like records', atEveryOffset('\n"",""\n'), QUOTED)
for (let count = 1; count <= 9; count++) {
  const quotes = '"'.repeat(2 * count)
  add(`${2 * count} quotes in a row`, `${HEADER}${quotes},${quotes}\n1,${quotes}\n${quotes},\n`, QUOTED)
}
add('apostrophes quote, semicolons part', "a;b\n'1\n';2\n'''';'x''\n'\n\"3;4\n", [CSV_OTHER, CSV_BARE])

/** Text before a quote that brings the automaton into each state, and text behind it that closes what is open. */
const AROUND_QUOTE: readonly { before: string; after: string }[] = [
  { before: 'a,', after: 'b"\n' }, // field start: it opens
  { before: 'a,b', after: 'c\n' }, // unquoted: it is text
  { before: 'a,"b', after: '\n' }, // quoted: it closes
  { before: 'a,"b', after: '"c"\n' }, // quoted: it is the first of a doubled one
  { before: 'a,"b"', after: 'c"\n' }, // quote in quoted: it is the second of a doubled one
  { before: 'a,"b"c', after: 'd\n' }, // unquoted, behind a closing quote
]

/** Each of the above so that its quote is the first, or the last, byte of a block. */
function quotesAtEdges(blockBytes: number): string {
  let text = ''
  for (const edge of [0, -1]) {
    for (const { before, after } of AROUND_QUOTE) {
      const least = text.length + 4 + before.length
      const target = Math.ceil((least - edge) / blockBytes) * blockBytes + edge
      text += `p,${'x'.repeat(target - before.length - text.length - 3)}\n${before}"${after}`
    }
  }
  return text
}
for (const blockBytes of [2, 3, 7, 16, 61, 64, 256]) {
  add(`a quote at the edge of blocks of ${blockBytes}`, quotesAtEdges(blockBytes), [CSV_BARE, LINES])
  add(`a quote at the edge of blocks of ${blockBytes}, header`, HEADER + quotesAtEdges(blockBytes), [CSV])
}

add('stray quotes', 'a,b\n5" pipe,6" pipe\nx"y"z,""\nq"\n,"\n', [...QUOTED, TSV, NDJSON])
add('stray quotes that look like quoted newlines', 'a,b\nx"\n",y\n","\nz"",1\n', QUOTED)
add('text behind a closing quote', 'a,b\n"1"x,"2" \n"3"",4"z,"5"\n"6"y\n,7\n"8""9"0,""x""\n', QUOTED)
add('a lone quote in tsv', 'a\tb\n"\t1\n2\t"\n"x\n', [TSV, TSV_BARE])
add('unclosed quote at the start', '"a,b\n1,2\n3,4\n', QUOTED)
add('unclosed quote as the only byte of the last line', 'a,b\n1,2\n"', QUOTED)
add('unclosed quote in the header', 'a,"b\n1,2\n3,4\n', QUOTED)
add('unclosed quote in the middle', `${HEADER}${rows(40)}"41,x\n${rows(40, 'x', 42)}`, QUOTED)
add('unclosed quote in the last record', `${HEADER}${rows(40)}41,"x`, QUOTED)
add('unclosed quote in the last record, with newline', `${HEADER}${rows(40)}41,"x\n`, QUOTED)
add('unclosed quote behind doubled ones', `${HEADER}${rows(9)}9,"a""b""\n`, QUOTED)
add('unclosed quote behind blank lines', `${HEADER}${rows(9)}\n\r\n\n\n\r\n\n"9,a\n`, QUOTED)
add('unclosed quote behind a large record', `${HEADER}${rows(3)}4,${'x'.repeat(300)}\n"5,a\n`, QUOTED)
add('unclosed quote, ragged records before and in it', `${HEADER}${rows(9)}9\n10,"a\n11\n12,1,1\n`, QUOTED)
add('unclosed quote longer than what is read on', `${HEADER}${rows(9)}9,"${'ab\n'.repeat(50_000)}`, QUOTED)

add('blank lines at the start', '\n\n\na,b\n1,2\n', ALL_READINGS)
add('blank CRLF lines at the start', '\r\n\r\n\r\na,b\r\n1,2\r\n', ALL_READINGS)
add('blank lines at the end', 'a,b\n1,2\n\n\n\n', ALL_READINGS)
add('blank CRLF lines at the end', 'a,b\r\n1,2\r\n\r\n\r\n\r', ALL_READINGS)
add(
  'blank lines everywhere',
  '\na,b\n\n\n1,2\n\r\n3,4\n\n\r\n\n5,6\n\n\n\n\n\n7,8\n\r\n\r\n\r\n9,0\n',
  ALL_READINGS,
)
add('blank lines of 17 in a row', `${HEADER}${(`${'\n'.repeat(17)}1,2\n${'\r\n'.repeat(17)}`).repeat(5)}`)
add('lines of blanks are no blank lines', 'a,b\n , \n \n\t\n', [LINES, CSV, NDJSON])
add('one column', 'name\nx\n\ny\n\r\n\n\nz\n""\n"a\n\nb"\n\n', [...PLAIN, CSV_UNQUOTED])
add('one column, not ended', 'name\nx\n\n\r\n\r', [...PLAIN, CSV_UNQUOTED])
add('one column, blank line first', '\n\nname\n\nx\n', [...PLAIN, CSV_UNQUOTED])
add('header only', 'a,b,c\n', ALL_READINGS)
add('header only, CRLF', 'a,b,c\r\n', ALL_READINGS)
add('header without newline', 'a,b,c', ALL_READINGS)
add('header and blank lines', 'a,b,c\n\n\n\n', ALL_READINGS)
add('header of several lines', '"a\n\nb","c\r\n"\n1,2\n"3\n",4\n', QUOTED)
add('columns of one name', 'a,a,a_2,"a"\n1,2,3,4\n5,6,7,8\n', [CSV])
add('columns named by numbers and nothing', '2,1,,\n1,2,3,4\n5,6,7,8\n', [CSV])
add('tabs', 'a\tb\n1\t2\n\t\n"x\ty"\n', [TSV, TSV_BARE, CSV, LINES])

const WIDE = Array.from({ length: 300 }, (_, index) => index)
add(
  'wide records',
  [
    WIDE.map((index) => `c${index}`),
    ...OFFSETS.map((row) => WIDE.map((index) => `"${row}","${index}`.slice(-3))),
  ]
    .map((fields) => `${fields.map((field) => field.replaceAll('"', '')).join(',')}\n`)
    .join(''),
  [CSV, CSV_BARE],
)
add('ragged records', `a,b\n1,2\n3\n4,5\n6,7,8\n,\n9,0\n"x\ny",z\n"x\ny"\n`, [CSV, CSV_BARE, LINES])
add('ragged tsv', 'a\tb\n1\t2\n3\n4\t5\t6\n7\t8\n', [TSV, TSV_BARE])
add('ragged first record', 'a,b\n1\n2,3\n', [CSV, CSV_BARE])
add(
  'every third record ragged',
  HEADER + OFFSETS.map((at) => `${at},x${at % 3 === 2 ? ',' : ''}\n`).join(''),
  QUOTED,
)

function json(index: number): string {
  return `{"id":${index},"text":"line\\n${'x'.repeat(index % 11)}","nested":{"a":[1,"\\""]}}`
}
add('ndjson', `${OFFSETS.map(json).join('\n')}\n\n\r\n${json(99)}`, [NDJSON, LINES])

const MANY = Array.from({ length: 9000 }, (_, index) => index % 10)
add('many short records', HEADER + MANY.map((digit) => `${digit},\n`).join(''), [CSV, LINES])
add(
  'many short records, quotes and blank lines',
  HEADER + MANY.map((d) => ['1,2\n', '"\n",\n', '\n'][d % 3]).join(''),
  [CSV],
)
add('many lines of one byte', '\n'.repeat(9000), [LINES, CSV_BARE])

export const INPUT_CASES: readonly InputCase[] = cases

/** Bytes in which everything that has a meaning is frequent. */
export const awkwardBytes = fc
  .array(
    fc.oneof(
      {
        weight: 8,
        arbitrary: fc.constantFrom(',', '"', '""', '",', ',"', '"\n', '\n"', '\n', '\r\n', '\r', ';', "'"),
      },
      {
        weight: 4,
        arbitrary: fc.constantFrom('a,b\n', '1,2\r\n', 'x', '"a",b\n', '\t', '\xef\xbb\xbf', '\xe9', '\0'),
      },
      { weight: 1, arbitrary: fc.nat(90).map((count) => 'x'.repeat(count)) },
    ),
    { maxLength: 80, size: 'max' },
  )
  .map((parts) => Buffer.from(parts.join(''), 'latin1'))
