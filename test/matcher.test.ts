/** Regular expressions as matchers give what JavaScript's own give, for any bytes, by every set of primitives. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { makeMatcher } from '../dist/expression/matcher.js'
import { findNeededTexts } from '../dist/expression/needed-text.js'
import { bindProgram, writeProgram } from '../dist/expression/program.js'
import { LeftToJavaScript, leftToJavaScript, parseRegExp } from '../dist/expression/regexp.js'
import {
  PREDICATE_WORDS,
  SELECT_CAPACITY,
  SELECT_END,
  SELECT_WORDS,
  TEST_AT,
  TEST_TEXT_MATCHES,
} from '../dist/predicate-layout.js'
import type { Primitives } from '../dist/primitives/primitives.js'
import { availablePrimitives } from './primitive-sets.js'

const SEED = 20141118
const sets = availablePrimitives()

function programOf(pattern: string, flags: string): Uint32Array {
  const regExp = parseRegExp({ pattern, flags })
  const { bytes: matcher, isFree } = makeMatcher(regExp)
  const { prefix } = findNeededTexts(regExp)
  const texts = isFree && prefix !== undefined ? [prefix] : []
  const test = { kind: TEST_TEXT_MATCHES, column: 0, numbers: [], texts, matcher }
  return writeProgram({ op: 'test', test })
}

/** Indexes of the texts that a set of primitives finds to be matched, each of them a record of one field. */
function matched(set: Primitives, program: Uint32Array, texts: readonly Buffer[]): number[] {
  const capacity = texts.length
  const table = new Uint32Array(5 * capacity)
  let end = 0
  for (const [index, text] of texts.entries()) {
    table[3 * capacity + index] = end
    end += text.length
    table[4 * capacity + index] = end
  }
  const select = new Uint32Array(SELECT_WORDS)
  select[SELECT_END] = capacity
  select[SELECT_CAPACITY] = capacity
  const selected = new Uint32Array(capacity)
  const bound = bindProgram(program, { capacity, slots: [0], quote: 256 })
  set.selectRecords(Buffer.concat(texts), table, bound, select, selected)
  return [...selected.subarray(0, select[3])]
}

function expectAsJavaScript(pattern: string, flags: string, texts: readonly Buffer[]): void {
  const program = programOf(pattern, flags)
  const expected = [...texts.keys()].filter((index) =>
    new RegExp(pattern, flags).test(texts[index].toString('utf8')),
  )
  for (const set of sets) expect(matched(set, program, texts), set.instructionSet).toEqual(expected)
}

const TEXTS = [
  ...[
    '',
    'a',
    'b',
    'ab',
    'ba',
    'aab',
    'abc',
    'xaby',
    'A',
    'AB',
    'a b',
    'a\nb',
    'a\r',
    '\u2028',
    'a-b',
    '_',
    'a1',
  ],
  ...[
    '0',
    '10',
    '2014-12-10',
    'é',
    'aé',
    'éa',
    'É',
    'ſ',
    'K',
    'k',
    's',
    'ä',
    '€',
    '\u00a0',
    '\ufeffa',
    '\ufffd',
  ],
  ...[
    '😀',
    'a😀b',
    '😀😀',
    '😁',
    '\uffff',
    '\u0800',
    '\u07ff',
    '\u{10000}',
    '\u{10ffff}',
    '(',
    '\\',
    ']',
    '^',
    'aaaa',
  ],
]
const INVALID = [
  'ff',
  'c3',
  'c328',
  '61c3',
  'e282',
  'e28261',
  'f09f98',
  'f0ff',
  'eda080',
  'c0af',
  'f4908080',
  '80',
  '61ff62',
]
const ALL = [...TEXTS.map((text) => Buffer.from(text)), ...INVALID.map((hex) => Buffer.from(hex, 'hex'))]

describe('a matcher', () => {
  test.each<[string, string]>([
    ['', ''],
    ['^$', ''],
    ['a|b', ''],
    ['^(a|b)+$', ''],
    ['^a*?b??$', ''],
    ['a{2}', ''],
    ['^a{2,3}b?$', ''],
    ['^(?:a{0,2}){2}$', ''],
    ['^(?:){1000000}a', ''],
    ['^(?:a|)*b', ''],
    ['(?:)*', ''],
    ['.', ''],
    ['^.$', ''],
    ['^..$', ''],
    ['^.$', 'u'],
    ['^..$', 'u'],
    ['^.$', 's'],
    ['^[^]$', ''],
    ['[]', ''],
    ['\\d+-\\d', ''],
    ['^\\w+$', ''],
    ['\\W', ''],
    ['\\s', ''],
    ['^\\S+$', ''],
    ['\\bb', ''],
    ['b\\b', ''],
    ['\\Bb', ''],
    ['\\b', ''],
    ['^\\B', ''],
    ['a$|^b', ''],
    ['(^a|b$)', ''],
    ['a^', ''],
    ['[^a]', ''],
    ['[^é]', ''],
    ['[é-€]', ''],
    ['^[^\\u00c0-\\u00ff]+$', ''],
    ['\\ufffd', ''],
    ['[^\\ufffd]', ''],
    ['😀', ''],
    ['😀+', 'u'],
    ['a😀b', ''],
    ['[😀]', 'u'],
    ['[^😀]', 'u'],
    ['[\\ud800-\\udfff]', ''],
    ['^[\\ud800-\\udfff]{2}$', ''],
    ['[\\u{10000}-\\u{10ffff}]', 'u'],
    ['ab', 'i'],
    ['[a-b]', 'i'],
    ['[^a]', 'i'],
    ['[^\\W]', 'i'],
    ['k|s', 'i'],
    ['\\w', 'i'],
    ['[\\s_]', 'i'],
    ['\\x41|\\u0062', ''],
    ['[\\b]|\\cJ|\\0', ''],
    ['\\7|a]', ''],
    ['a{,2}', ''],
    ['ab', ''],
    ['ab+c|x', ''],
    ['ab.*c', ''],
    ['aab', ''],
    ['ab[^c]', ''],
    ['ab.', 'u'],
    ['ab$', ''],
    ['ab\\b', ''],
    ['(?<name>a)b', ''],
    ['a', 'g'],
    ['a.b', 'm'],
    ['a', 'd'],
  ])('/%s/%s', (pattern, flags) => {
    expectAsJavaScript(pattern, flags, ALL)
  })

  test.each<[string, string, string]>([
    ['(a)\\1', '', 'a back reference'],
    ['a(?=b)', '', 'looking ahead or behind'],
    ['(?<!a)b', '', 'looking ahead or behind'],
    ['\\p{L}', 'u', 'a property of Unicode'],
    ['[\\p{L}]', 'u', 'a property of Unicode'],
    ['[a--b]', 'v', 'the flag v'],
    ['a', 'y', 'the flag y'],
    ['^a', 'm', 'the flag m'],
    ['a', 'iu', 'the flags u and i together'],
    ['é', 'i', 'letters beyond ASCII of either case'],
    ['[a-é]', 'i', 'letters beyond ASCII of either case'],
    ['[\\ud800-\\udbff]', '', 'half of a surrogate pair'],
    ['😀+', '', 'half of a surrogate pair'],
    ['(?:a{1000}){1000}', '', 'such a number of repetitions'],
    ['(?:a|b)*a(?:a|b){14}', '', 'so large a table'],
    ['^(?:[a-j]?){2000}k', '', 'what takes so long to make'],
    ['(?i:a)b', '', 'flags of a group'],
    ['\\bb', 'u', 'edges of words with the flag u'],
  ])('/%s/%s is left to JavaScript: %s', (pattern, flags, why) => {
    expect(() => makeMatcher(parseRegExp({ pattern, flags }))).toThrow(new LeftToJavaScript(why))
  })

  test('is not made of what nests so deep that the stack overflows, or what regexpp does not know', () => {
    expect(leftToJavaScript(new RangeError('Maximum call stack size exceeded'))).toBe('such deep nesting')
    expect(leftToJavaScript(new SyntaxError('Invalid group'))).toBe('what regexpp does not know')
    const other = new TypeError('a mistake')
    expect(() => leftToJavaScript(other)).toThrow(other)
  })

  test('of the largest table there is leads where it should, and of a larger one is none', () => {
    const longest = (length: number) => `^a{${length}}$`
    const { bytes } = makeMatcher(parseRegExp({ pattern: longest(4000), flags: '' }))
    const [classes, , entries] = new Uint32Array(bytes.buffer, 0, 3)
    const most = 4000 + Math.floor((0xffff - entries) / classes)
    expectAsJavaScript(longest(most), '', [Buffer.alloc(most, 'a'), Buffer.alloc(most + 1, 'a')])
    expect(() => programOf(longest(most + 1), '')).toThrow('so large a table')
  })

  test('is made of a list of words', () => {
    const random = fc.sample(
      fc.string({ unit: fc.constantFrom(...'abcdefghij'), minLength: 5, maxLength: 9 }),
      {
        numRuns: 300,
        seed: SEED,
      },
    )
    const texts = random
      .flatMap((word) => [word, `-${word}-`, word.slice(1)])
      .map((text) => Buffer.from(text))
    expectAsJavaScript(random.slice(0, 150).join('|'), '', texts)
  })

  test('reads bytes that are no UTF-8 as JavaScript does, in fields of any length', () => {
    const lengths = [1, 300, 454, 456, 1364, 1366, 4097, 65531, 65533, 131068]
    const texts = INVALID.flatMap((hex) => {
      const bytes = Buffer.from(hex, 'hex')
      return lengths.flatMap((length) => {
        const text = Buffer.concat([bytes, Buffer.alloc(length, 'é'), bytes])
        return [text, Buffer.concat([text, Buffer.from('b')])]
      })
    })
    for (const pattern of ['^[^q]*b$', '\\ufffd{2}b', '^\\ufffd', '\\ufffd$', 'q', '^.(é)+']) {
      expectAsJavaScript(pattern, '', texts)
    }
  })

  test('tells every character from every other one', () => {
    const points = [
      0, 0x7f, 0x80, 0x7ff, 0x800, 0xd7ff, 0xe000, 0xfffd, 0xffff, 0x10000, 0x3ffff, 0x40000, 0x10ffff,
    ]
    // V8 leaves U+10FFFF out of the complement of what ends directly before it.
    const near = points.flatMap((point) => [point - 1, point, point + 1])
    const all = near.filter(
      (point) => point >= 0 && point <= 0x10ffff && point !== 0x10fffe && (point < 0xd800 || point > 0xdfff),
    )
    const texts = [...new Set(all)].map((point) => Buffer.from(String.fromCodePoint(point)))
    for (const first of points) {
      for (const last of points.filter((point) => point >= first)) {
        const range = [first, last].map((point) => `\\u{${point.toString(16)}}`).join('-')
        expectAsJavaScript(`^[${range}]$`, 'u', texts)
        expectAsJavaScript(`^[^${range}]$`, 'u', texts)
      }
    }
  })
})

const atom = fc.oneof(
  fc.constantFrom('a', 'b', 'c', 'ab', 'aab', '-', ' ', '\\.', '1', 'é', '€', '😀', '\\n'),
  fc.constantFrom(
    '.',
    '\\d',
    '\\w',
    '\\W',
    '\\s',
    '\\S',
    '[ab]',
    '[^a]',
    '[a-cé]',
    '[^é€]',
    '[^\\w-]',
    '[\\d\\s]',
  ),
  fc.constantFrom(
    '^',
    '$',
    '\\b',
    '\\B',
    '(?:)',
    '(a|b)',
    '(?:ab|c|)',
    '(|é)',
    '(^|,)',
    '($|b)',
    '(?:(?:a*b)*)',
    '(?:(a?){2})',
  ),
)
const often = fc.constantFrom('', '', '', '?', '*', '+', '{0}', '{2}', '{1,3}', '{2,}', '*?', '??')
const piece = fc
  .tuple(atom, often)
  .map(([what, times]) => (/^(\^|\$|\\b|\\B|😀)$/i.test(what) ? what : what + times))
const pattern = fc.array(fc.oneof({ weight: 8, arbitrary: piece }, fc.constant('|')), { maxLength: 7 })
const characters = [
  'a',
  'b',
  'c',
  'A',
  '-',
  ' ',
  '.',
  '1',
  '_',
  ',',
  'é',
  'É',
  '€',
  '😀',
  '\n',
  '\u2028',
  '\ufffd',
]
const character = fc.constantFrom(...characters).map((text) => Buffer.from(text))
const broken = fc.constantFrom(...INVALID).map((hex) => Buffer.from(hex, 'hex'))
const bytes = fc
  .array(fc.oneof({ weight: 20, arbitrary: character }, broken), { maxLength: 12 })
  .map((parts) => Buffer.concat(parts))

test(`any expression, any bytes, seed ${SEED}`, () => {
  let matchedTexts = 0
  let unmatchedTexts = 0
  fc.assert(
    fc.property(
      pattern,
      fc.constantFrom('', '', 'i', 's', 'u'),
      fc.array(bytes, { maxLength: 20 }),
      (pieces, flags, texts) => {
        const source = pieces.join('')
        if (flags === 'i' && /[é€😀]/u.test(source)) return
        if (flags === 'u' && /\\b/i.test(source)) return
        expectAsJavaScript(source, flags, texts)
        const matches = texts.filter((text) => new RegExp(source, flags).test(text.toString())).length
        matchedTexts += matches
        unmatchedTexts += texts.length - matches
      },
    ),
    { seed: SEED, numRuns: 4000 },
  )
  expect(Math.min(matchedTexts, unmatchedTexts)).toBeGreaterThan(5000)
})

test('native primitives refuse a matcher that leads out of its table', () => {
  const call = (change: (words: Uint32Array, at: number) => void) => {
    const program = programOf('a[bc]', '')
    const at = program[program[PREDICATE_WORDS + TEST_AT]] / 4
    change(program, at)
    return program
  }
  const texts = [Buffer.from('ab')]
  for (const set of sets.filter(({ instructionSet }) => instructionSet !== 'portable')) {
    expect(
      matched(
        set,
        call(() => undefined),
        texts,
      ),
    ).toEqual([0])
    for (const change of [
      (words: Uint32Array, at: number) => void words.fill(0, at, at + 1), // no classes
      (words: Uint32Array, at: number) => void words.fill(1, at, at + 1), // classes that are not there
      (words: Uint32Array, at: number) => void words.fill(60000, at + 1, at + 2), // a start behind the table
      (words: Uint32Array, at: number) => void words.fill(60000, at + 2, at + 3), // more entries than bytes
      (words: Uint32Array, at: number) => void words.fill(0xffffffff, at + 3, at + 4), // a class
      (words: Uint32Array, at: number) => void words.fill(0xffffffff, at + 70, at + 71), // an entry
      (words: Uint32Array) =>
        void words.fill(12, words[PREDICATE_WORDS + TEST_AT], words[PREDICATE_WORDS + TEST_AT] + 1),
    ]) {
      expect(() => matched(set, call(change), texts), `${set.instructionSet} ${change}`).toThrow()
    }
  }
})
