/** What of an expression runs natively, what as a function, and what is refused with the place that is wrong. */
import { describe, expect, test } from 'vitest'
import type { LinemillError } from '../dist/errors.js'
import { compileExpression } from '../dist/expression/compile.js'
import {
  PREDICATE_FALSE,
  PREDICATE_FIRST,
  PREDICATE_TESTS,
  PREDICATE_TRUE,
} from '../dist/predicate-layout.js'

const CSV = { format: 'csv', names: ['a', 'b', 'two words', 'Date'] } as const

function compile(source: string, known: Parameters<typeof compileExpression>[1] = CSV) {
  return compileExpression(source, known)
}

describe('runs natively', () => {
  test.each([
    ['a === 4', 1],
    ['4 == a', 1],
    ['a !== -4.5e3', 1],
    ['a >= 3 && a < 9', 1], // one range
    ['3 <= a && 9 > a', 1],
    ['a >= 3 && b < 9', 2],
    ['!(a > 3) || a === 1_000', 2],
    ["b === ''", 1],
    ["b !== 'é' && 'm' > b", 2],
    ['b === `x`', 1],
    ["[1, -2, 3].includes(a) && ['x', 'y'].includes(b)", 2],
    ["[1, 'x'].includes(a)", 2],
    ["a.startsWith('x') && b.endsWith('y') && line.includes(',4,')", 3],
    ['/plain/.test(line) || /^start/.test(b) || /end$/.test(b) || /^all$/.test(b)', 4],
    ['/x|y/.test(b) && !/^[a-f]+$/i.test(line)', 2],
    ['/ab.cd/.test(b)', 3], // both texts, then all of it
    ['a && !b', 2],
    ["col('two words') === 1 && col(4) > '2014'", 2],
    ["Date >= '2014-12-12'", 1],
    ['true || a === 4', 0],
    ['a === 4 && !true', 0],
    ['[].includes(a)', 0],
  ])('%s', (source, tests) => {
    const { compiled, plan } = compile(source)
    expect(plan).toEqual({ native: source })
    expect(compiled.function).toBeUndefined()
    expect(compiled.program[PREDICATE_TESTS]).toBe(tests)
  })

  test('what does not depend on records is decided before', () => {
    expect(compile('true || a === 4').compiled.program[PREDICATE_FIRST]).toBe(PREDICATE_TRUE)
    expect(compile('a === 4 && false').compiled.program[PREDICATE_FIRST]).toBe(PREDICATE_FALSE)
  })

  test('columns are those that are read, in the order in which they are met', () => {
    expect(compile("col('two words') > 1 && (a === 1 || col('two words') < 0)").compiled.columns).toEqual([
      'two words',
      'a',
    ])
    expect(compile("line !== ''").compiled.columns).toEqual([])
  })
})

/** Whether this Node takes a regular expression that acorn takes. */
function isTaken(pattern: string): boolean {
  try {
    return new RegExp(pattern) !== undefined
  } catch {
    return false
  }
}

test('a regular expression that this Node does not take is refused, any other one is asked', () => {
  const source = 'a === 1 && /(?i:x)/.test(a)'
  if (isTaken('(?i:x)')) expect(compile(source).plan.function).toContain('/(?i:x)/.test(a)')
  else
    expect(() => compile(source)).toThrow(
      /^Node v\d+\.\d+\.\d+ does not take it: .*\n {2}a === 1 .*\n {13}\^$/,
    )
})

describe('runs as a function, from the first condition that cannot run natively', () => {
  const NO_COMPARISON = 'it is not the comparison of a column with what is written out'
  test.each([
    [
      '/(x|y)\\1/.test(b)',
      undefined,
      '/(x|y)\\1/.test(b)',
      '/(x|y)\\1/.test(b): a back reference is left to JavaScript',
    ],
    [
      '/xy(?!z)/.test(b) && a === 1',
      'b.includes("xy")',
      '/xy(?!z)/.test(b) && a === 1',
      '/xy(?!z)/.test(b): looking ahead or behind is left to JavaScript',
    ],
    ['/x|y/.test(a + 1)', undefined, '/x|y/.test(a + 1)', `/x|y/.test(a + 1): ${NO_COMPARISON}`],
    ['a === b', undefined, 'a === b', 'a === b: it compares two columns'],
    [
      'a === 1 && b.length > 3 && a < 9',
      'a === 1',
      'b.length > 3 && a < 9',
      `b.length > 3: ${NO_COMPARISON}`,
    ],
    ['(a === 1 || b) && b < 3 && (a % 2 || b)', '(a === 1 || b) && b < 3', 'a % 2 || b', undefined],
    ['a === 1 || Math.abs(a) > 3', undefined, 'a === 1 || Math.abs(a) > 3', undefined],
    ["b === '\\ud800'", undefined, "b === '\\ud800'", undefined],
    ['a > 9007199254740993n', undefined, 'a > 9007199254740993n', undefined],
  ])('%s', (source, native, functionPart, reason) => {
    const { plan } = compile(source)
    expect([plan.native, plan.function]).toEqual([native, functionPart])
    if (reason !== undefined) expect(plan.reason).toBe(reason)
  })

  test.each([
    ['a === 4 ? b : line', 'return ($test(0) ? $text(0) : $text(4294967295))'],
    ['a * 2 > 3', 'return (($number(0) * 2) > 3)'],
    ['-a > 3', 'return ((- $number(0)) > 3)'],
    ["a + '' === b", "return (($text(1) + '') === $text(0))"],
    ['(a || 0) > 3', 'return (($number(0) || 0) > 3)'],
    ['Math.max(a, 2) > Number(b)', 'return (Math.max($number(0), 2) > Number($number(1)))'],
    ["['x'].some((one) => b.includes(one))", "return ['x'].some(((one) => $text(0).includes(one)))"],
    ['a === 5n', 'return ($bigint(0) == 5n)'],
    ['a !== 5n', 'return ($bigint(0) != 5n)'],
    ['[5n, -6n].includes(a)', 'return ([5n, -6n].some(($one) => $one == $bigint(0)))'],
    [
      "[4, 'x', 5n].includes(b)",
      "return ([4].includes($number(0)) || ['x'].includes($text(0)) || [5n].some(($one) => $one == $bigint(0)))",
    ],
    ['String(a) < String(b)', 'return ($order(String($text(0)), String($text(1))) < 0)'],
    [`\`-\${a}\`.length > 3`, `return (\`-\${$text(0)}\`.length > 3)`],
    ["(a === 4) === (b < 'x')", 'return ($test(0) === $test(1))'],
  ])('%s is %s', (source, written) => {
    expect(compile(source).compiled.function?.source).toBe(written)
  })

  test('in ndjson properties are read as what they are compared with', () => {
    const known = { format: 'ndjson', names: [] } as const
    const source = "status >= 500 && user?.name === 'x' && ok == true && s < 'b' && line.includes('y')"
    const { compiled, plan } = compile(source, known)
    expect([plan.native, plan.reason?.split(':')[0]]).toEqual(['status >= 500', "user?.name === 'x'"])
    expect(compiled.function?.source).toBe(
      "return (($subject(1)?.name) === 'x') && ($value(2) == true) && ($order($text(3), 'b') < 0) && $test(0)",
    )
    expect(compiled.whole?.source).toBe(
      "return ($number(0) >= 500) && (($subject(1)?.name) === 'x') && ($value(2) == true) && ($order($text(3), 'b') < 0) && $test(0)",
    )
    expect(compile("[4, 'x'].includes(a) ? true : false", known).compiled.function?.source).toBe(
      "return (([4].includes($number(0)) || ['x'].includes($text(0))) ? true : false)",
    )
    const line = compile('line.includes("y")', known)
    expect(line.plan).toEqual({ native: 'line.includes("y")' })
    expect(line.compiled.whole).toBeUndefined()
  })
})

describe('refuses, and shows the place', () => {
  test.each([
    ['', 'expected an expression, found nothing', '\n  \n  ^'],
    ['a ===', 'the expression does not parse: Unexpected token', '\n  a ===\n       ^'],
    ['a === 4 and b', 'the expression does not parse: Unexpected token; did you mean &&?', '\n          ^'],
    ['two words > 3', 'Unexpected token; did you mean col("two words")?', '\n      ^'],
    ["a === 'two words", 'the expression does not parse: Unterminated string constant\n', '\n        ^'],
    [
      'class === 4 && in-b > 1',
      'Unexpected token; did you mean col("class")?',
      '\n        ^',
      { format: 'csv', names: ['class', 'in-b'] },
    ],
    [
      'b > 1 && a-b > 1',
      'unknown column a, did you mean col("a-b")? the columns are b, col("a-b")',
      '\n           ^',
      { format: 'csv', names: ['b', 'a-b'] },
    ],
    ['a === 4; b', 'expected one expression, found another one behind it', '\n           ^'],
    ['a === 010', 'the expression does not parse: Invalid number', '\n        ^'],
    ['if (a) b', 'expected an expression, found a statement', '\n  ^'],
    ['a = 4', '= changes a value: write === to compare', '\n  ^'],
    [
      'a === 4 && bb > 3',
      'unknown column bb, did you mean b? the columns are a, b, col("two words"), Date',
      '\n             ^',
    ],
    ["col('a b') > 3", 'unknown column col("a b"); the columns are', '\n  ^'],
    [
      'col(5) > 3',
      'col() takes the name of a column, or its number, in the expression itself, found 5 of 4',
      '\n  ^',
    ],
    ['col(a) > 3', 'col() takes the name of a column', '\n  ^'],
    ['a === true', "a field is a number or a text, and an empty one ''", '\n  ^'],
    ['b == null', "a field is a number or a text, and an empty one ''", '\n  ^'],
    ['b === undefined', "a field is a number or a text, and an empty one ''", '\n  ^'],
    ['a < b', 'two columns are ordered as numbers or as texts', '\n  ^'],
    ['a + b > 3', '+ of two columns adds numbers or joins texts', '\n  ^'],
    ['a === 9007199254740993', 'the nearest is 9007199254740992: compare with the text', '\n        ^'],
    ['b.length > 3 && Math.random() < 1', 'each run would have another result', '\n                  ^'],
    ['Math["random"]() < 1', 'named behind a point', '\n       ^'],
    ['b > 2014-12-12', 'a date stands in quotes', '\n      ^'],
    ['"b" === 4', 'two values that are written out', '\n  ^'],
    ['new Date() > 3', 'each run would have another result', '\n      ^'],
    ['Date.now() > 3', 'each run would have another result', '\n  ^', { format: 'csv', names: ['a'] }],
    ['process.exit()', 'unknown column process', '\n  ^'],
    ['a()', 'a column is no function', '\n  ^'],
    ['a in [3, 4]', 'in has no place in an expression: [3, 4].includes(a) says whether', '\n  ^'],
    [
      'a > 1',
      'the columns are col("a;b"); is the delimiter ";"?',
      '\n  ^',
      { format: 'csv', names: ['a;b'] },
    ],
    ["''.constructor", 'constructor has no place in an expression', '\n     ^'],
    ['this.a', 'there is no `this` here', '\n  ^'],
    ['(() => { return 1 })()', 'only functions that have a name are called', '\n   ^'],
    ['[...a].length > 3', 'an array is written out, element by element', '\n   ^'],
    ['b++', 'an expression changes nothing', '\n  ^'],
    ['a, b', 'expected one expression, found a comma', '\n  ^'],
    ['b.x > 3 &&\n  c === 4', 'unknown column c', '\n    c === 4\n    ^'],
    [
      'length > 3',
      'unknown column length; lines have one column, line; is the format csv?',
      '\n  ^',
      { format: 'lines', names: ['line'] },
    ],
  ] as const)('%s', (source, message, place, known: unknown = CSV) => {
    try {
      compile(source, known as never)
    } catch (thrown) {
      const { code, message: found } = thrown as LinemillError
      expect(code).toBe('ERR_USAGE')
      expect(found).toContain(message)
      expect(found.slice(-place.length)).toBe(place)
      return
    }
    throw new Error('expected a refusal')
  })
})
