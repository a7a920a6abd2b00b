/** The oracle against results written by hand. */
import { describe, expect, test } from 'vitest'
import { type OracleOptions, readRecords, unquote } from './oracle.js'

function read(text: string, options: OracleOptions) {
  return readRecords(Buffer.from(text, 'latin1'), options)
}

/** A record as `line:start-end value|value`. */
function shown(text: string, options: OracleOptions): string[] {
  return read(text, options).records.map(
    ({ lineNumber, start, end, values }) => `${lineNumber}:${start}-${end} ${values.join('|')}`,
  )
}

describe('readRecords', () => {
  test('takes the header off and numbers lines with it, records without it', () => {
    const { names, header, records } = read('a,b\n"1\n2",3\r\n4,5', { format: 'csv' })
    expect(names).toEqual(['a', 'b'])
    expect(header).toMatchObject({ start: 0, end: 3, lineNumber: 1, recordNumber: 0 })
    expect(records.map(({ lineNumber, recordNumber }) => [lineNumber, recordNumber])).toEqual([
      [2, 1],
      [4, 2],
    ])
    expect(records.map(({ values }) => values)).toEqual([
      ['1\n2', '3'],
      ['4', '5'],
    ])
  })

  test('keeps raw fields as they stand', () => {
    const [record] = read('"a""b",c\r\n', { format: 'csv', hasHeader: false }).records
    expect(record.fields.map(String)).toEqual(['"a""b"', 'c'])
  })

  test.each<[string, OracleOptions, string[]]>([
    ['', { format: 'lines' }, []],
    ['a\n\nb', { format: 'lines' }, ['1:0-1 a', '2:2-2 ', '3:3-4 b']],
    ['a\r\n\r\n\r', { format: 'lines' }, ['1:0-1 a', '2:3-3 ', '3:5-6 \r']],
    ['"a\nb"', { format: 'lines' }, ['1:0-2 "a', '2:3-5 b"']],
    ['{}\n\r\n\n[]\n', { format: 'ndjson' }, ['1:0-2 {}', '4:6-8 []']],
    ['"a\tb\n"', { format: 'tsv', hasHeader: false }, ['1:0-4 "a|b', '2:5-6 "']],
    ['a;b,c\n', { format: 'csv', hasHeader: false, delimiter: ';' }, ['1:0-5 a|b,c']],
    ["'a,b'\n", { format: 'csv', hasHeader: false, quote: "'" }, ['1:0-5 a,b']],
    ['"a,b"\n', { format: 'csv', hasHeader: false, quote: '' }, ['1:0-5 "a|b"']],
    ['a"b\nc"d\n', { format: 'csv', hasHeader: false }, ['1:0-3 a"b', '2:4-7 c"d']],
    ['\xef\xbb\xbf"a"\n', { format: 'csv', hasHeader: false }, ['1:3-6 a']],
    ['a,b\n\n1,2\n\r\n3,4\n', { format: 'csv' }, ['3:5-8 1|2', '5:11-14 3|4']],
    ['a\n\n1\n\r\n', { format: 'csv' }, ['2:2-2 ', '3:3-4 1', '4:5-5 ']],
    ['\na\n', { format: 'csv', hasHeader: false }, ['1:0-0 ', '2:1-2 a']],
    ['\na\nb\n', { format: 'csv' }, ['3:3-4 b']],
    ['\n\n', { format: 'csv', hasHeader: false }, []],
  ])('reads %j with %j', (text, options, expected) => {
    expect(shown(text, options)).toEqual(expected)
  })

  test('counts the lines that are no records', () => {
    expect(read('\na,b\n\n1,2\n\r\n', { format: 'csv' }).blanks).toBe(3)
    expect(read('a\n\n1\n', { format: 'csv' }).blanks).toBe(0)
    expect(read('\n1\n\n', { format: 'ndjson' }).blanks).toBe(2)
  })

  test('stops at the record whose quote nothing closes', () => {
    const result = read('a,b\n1,2\n3,"4\n5,6\n', { format: 'csv' })
    expect(result.openQuote).toBe(10)
    expect(result.records.map(({ values }) => values)).toEqual([['1', '2']])
  })
})

test.each([
  ['a"b', 'a"b'],
  ['""', ''],
  ['"a""b"', 'a"b'],
  ['""""', '"'],
  ['"a"b"c', 'ab"c'],
  ['"a" ', 'a '],
  ['"a""', 'a"'],
])('unquote reads %s as %s', (field, value) => {
  expect(String(unquote(Buffer.from(field)))).toBe(value)
})
