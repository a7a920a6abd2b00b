/** What a regular expression needs to stand in a text that it matches. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { findNeededTexts } from '../dist/expression/needed-text.js'
import { parseRegExp } from '../dist/expression/regexp.js'

const SEED = 20141118

test.each<[string, string, readonly string[]]>([
  [',4,[^,]*,[0-9]+,2014-12-1[0-5]', '', [',4,', ',2014-12-1']],
  ['ab+cd', '', ['ab', 'cd']],
  ['abc?d', '', ['ab']],
  ['abc*', '', ['ab']],
  ['abc{0,2}de', '', ['ab', 'de']],
  ['abc{2}?de', '', ['abc', 'de']],
  ['ab+?cd', '', ['ab', 'cd']],
  ['^ab$', '', ['ab']],
  ['ab\\.cd\\d+ef', '', ['ab.cd', 'ef']],
  ['ab(cd|ef)gh', '', ['ab', 'gh']],
  ['(?:ab)?cd', '', ['cd']],
  ['x[\\]ab]cd', '', ['cd']],
  ['([)]ab)cd', '', ['abcd']],
  ['ab|cd', '', []],
  ['ab|', '', []],
  ['ab', 'i', []],
  ['ab', 'v', []],
  ['\\x41b', '', ['Ab']],
  ['\\u0041bc', '', ['Abc']],
  ['(ab)\\1cd', '', ['ab', 'cd']],
  ['abé+cd', 'u', ['ab', 'cd']],
  ['a.b', '', []],
  ['ab{c', '', ['ab{c']],
  ['a(bc(d))+e', '', ['abcd']],
  ['(?:ab){0}cd', '', ['cd']],
  ['(?i:ab)cd', '', ['cd']],
  ['ab(?=c)cd', '', ['abcd']],
  ['ab(?!c)d(?<=e)', '', ['abd']],
  ['x(ab){2}y', '', ['xab']],
  ['a(b|c|d)ef', '', ['ef']],
  ['aéb', '', []],
  ['ab.*ab', '', ['ab']],
])('/%s/%s needs %j', (pattern, flags, texts) => {
  const found = findNeededTexts(parseRegExp({ pattern, flags }))
  expect(found.texts).toEqual(texts)
})

test.each<[string, string | undefined]>([
  ['ab+cd', 'ab'],
  ['(ab)+cd', 'ab'],
  ['(?:ab(c))d', 'abcd'],
  ['ab.cd', 'ab'],
  ['a.cd', undefined],
  ['a?bc', undefined],
  ['[ab]cd', undefined],
  ['(ab|ac)cd', undefined],
  ['ab|ac', undefined],
])('/%s/ begins with %s', (pattern, prefix) => {
  expect(findNeededTexts(parseRegExp({ pattern, flags: '' })).prefix).toBe(prefix)
})

/** Pieces of patterns, among them all that a text may not be taken out of. */
const piece = fc.oneof(
  fc.constantFrom('a', 'b', 'ab', 'abc', ',4,', '-', '\\.', '\\|', '\\]', '\\\\'),
  fc.constantFrom(
    '.',
    '\\d',
    '\\w',
    '[ab]',
    '[^a,]',
    '[\\]b]',
    '[|(]',
    '(ab)',
    '(a|b)',
    '(?:ab|c)',
    '(?=.)',
    '(\\))',
  ),
)
const quantified = fc
  .tuple(piece, fc.constantFrom('', '', '', '?', '*', '+', '{0}', '{0,1}', '{2}', '{1,}', '??', '*?', '+?'))
  .map(([what, often]) => what + often)
const pattern = fc.array(fc.oneof({ weight: 12, arbitrary: quantified }, fc.constant('|')), { maxLength: 6 })

test(`what matches has it, seed ${SEED}`, () => {
  let found = 0
  let prefixes = 0
  const matching = pattern
    .map((pieces) => pieces.join(''))
    .filter((source) => !/^$|\(\?=|^\||\|$|\|\|/.test(source)) // what fast-check makes no text for
    .chain((source) => fc.tuple(fc.constant(source), fc.stringMatching(new RegExp(source))))
  fc.assert(
    fc.property(matching, fc.string(), ([source, text], other) => {
      const { texts, prefix } = findNeededTexts(parseRegExp({ pattern: source, flags: '' }))
      found += texts.length
      for (const subject of [text, other + text, text + other]) {
        const [match] = new RegExp(source).exec(subject) ?? []
        if (match === undefined) continue
        for (const needed of texts) expect(subject).toContain(needed)
        if (prefix === undefined) continue
        expect(match.startsWith(prefix)).toBe(true)
        prefixes++
      }
    }),
    { seed: SEED, numRuns: 500 },
  )
  expect(found).toBeGreaterThan(150)
  expect(prefixes).toBeGreaterThan(150)
})
