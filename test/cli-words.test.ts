import { describe, expect, test } from 'vitest'
import { EXIT_STATUS } from '../dist/cli/exit-status.js'
import { describeFailure, failureStatus } from '../dist/cli/failure.js'
import { reportToJson } from '../dist/cli/report-json.js'
import {
  formatBufferSize,
  formatBytes,
  formatCount,
  formatMinutes,
  formatSeconds,
} from '../dist/cli/sizes.js'
import { readArg, readDelimiter, readNames, readQuote, readSize } from '../dist/cli/typed-values.js'
import { LinemillError } from '../dist/errors.js'

describe('words', () => {
  test('sizes are read', () => {
    const sizes = {
      0: 0,
      7: 7,
      '64K': 65_536,
      '1.5M': 1_572_864,
      '2g': 2 ** 31,
      '1GiB': 2 ** 30,
      '3 KB': 3072,
      '5B': 5,
    }
    for (const [typed, bytes] of Object.entries(sizes)) expect(readSize(typed)).toBe(bytes)
    for (const typed of ['', 'K', '-1', '1.3', '1X', '0x10', '1e3', '9999999T']) {
      expect(() => readSize(typed), typed).toThrow('Expected a size')
    }
  })

  test('characters, names and args are read', () => {
    expect([readDelimiter('tab'), readDelimiter('\\t'), readDelimiter('\t'), readDelimiter(';')]).toEqual([
      '\t',
      '\t',
      '\t',
      ';',
    ])
    expect(readQuote("'")).toBe("'")
    for (const typed of ['', 'ab', 'é', '\n']) expect(() => readQuote(typed)).toThrow('Expected one ASCII')
    expect(readNames('a,b c')).toEqual(['a', 'b c'])
    expect(() => readNames('a,,b')).toThrow('none of them empty')
    expect(readArg('b=2=3', readArg('a='))).toEqual({ a: '', b: '2=3' })
    expect(() => readArg('=x')).toThrow('Expected name=value')
  })

  test('amounts are written', () => {
    expect([0, 999, 1000, 531_772_512].map(formatBytes)).toEqual([
      '0 bytes',
      '999 bytes',
      '1.0 kB',
      '531.8 MB',
    ])
    expect([1, 1536, 2 ** 20].map(formatBufferSize)).toEqual(['1 bytes', '1.5 KiB', '1 MiB'])
    expect([7, 1000, 12_256_906].map(formatCount)).toEqual(['7', '1,000', '12,256,906'])
    expect([0.1234, 12.34, 125].map(formatSeconds)).toEqual(['0.123 s', '12.3 s', '2 min 5 s'])
    expect([0, 59, 3599, 11_520].map(formatMinutes)).toEqual(['0 s', '59 s', '59 min 59 s', '3 h 12 min'])
  })

  test('a report becomes JSON whatever a reduction returned', () => {
    const result = {
      big: 2n ** 60n,
      small: 5n,
      map: new Map([['a', 1n]]),
      set: new Set([1]),
      bytes: Buffer.from('hi'),
      floats: new Float64Array([1.5]),
    }
    expect(JSON.parse(reportToJson({ result })).result).toEqual({
      big: '1152921504606846976',
      small: 5,
      map: [['a', 1]],
      set: [1],
      bytes: 'aGk=',
      floats: [1.5],
    })
  })

  test('a failure is told with its place; a user’s function with its stack; nothing moves the cursor', () => {
    const cause = new TypeError('x is not a function')
    cause.stack = 'TypeError: x is not a function\n    at clean.mjs:3:1'
    const position = { inputName: 'clicks.csv', lineNumber: 17, recordNumber: 16, inputOffset: 1234 }
    const error = new LinemillError('ERR_USER_FUNCTION', 'the function threw', {
      cause,
      position,
      excerpt: 'a\t\x1b[31m\n\u009b',
    })
    expect(describeFailure(error, false)).toBe(
      'linemill: the function threw\n  at clicks.csv, line 17, record 16, byte 1234\n  a\t\\x1b[31m\\n\\x9b\n' +
        '    TypeError: x is not a function\n        at clean.mjs:3:1\n',
    )
    const usage = new LinemillError('ERR_USAGE', 'blockBytes must be a whole number from 1 to 2, found 3')
    expect(describeFailure(usage, false)).toBe(
      'linemill: --block must be a whole number from 1 to 2, found 3\n',
    )
    expect(describeFailure(new LinemillError('ERR_READER_CLOSED', 'gone'), false)).toBe('')
    expect(describeFailure(new TypeError('bad'), true)).toContain('    at ')
    expect(failureStatus(new TypeError('bad'))).toBe(1)
  })

  test('statuses are those that are documented', () => {
    expect(new Set(Object.values(EXIT_STATUS))).toEqual(new Set([0, 1, 2, 66, 74, 75, 130]))
  })
})
