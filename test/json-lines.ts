/** Lines of JSON in every spelling, and lines that almost are; one character for each byte. */
import fc from 'fast-check'

export const MEMBER_NAMES = ['a', 'status', 'né', '', 'a b', 'x'.repeat(70)] as const

const asBytes = (text: string): string => Buffer.from(text).toString('latin1')

const space = fc.constantFrom('', '', '', '', ' ', '\t', '\r', '  \t ', ' '.repeat(65))

export const NUMBER_SPELLINGS = [
  ...[
    '0',
    '-0',
    '4',
    '500',
    '500.0',
    '5e2',
    '5E+2',
    '5000e-1',
    '0.5',
    '-0.5',
    '0.50',
    '0.000001',
    '0.0000001',
  ],
  ...['1e400', '-1e400', '1e-400', '123456789', '1234567890', '123456789012345', '1234567890123456'],
  ...[
    '9007199254740993',
    '123456789012345678901234567890',
    '0.1',
    '0.10',
    '12345678.5',
    '1.7976931348623157e308',
  ],
  ...['0.1000000000000000055511151231257827', '-12', '-12.25', '0.00000012', '100000000000000000000000'],
] as const

/** What stands between the quotes of a text. */
export const TEXT_SPELLINGS = [
  ...[
    '',
    'a',
    '500',
    '4',
    '4.0',
    'é',
    '語',
    '🙂',
    'true',
    'null',
    'x'.repeat(70),
    ' 4',
    'inf',
    '{"a":1}'.replaceAll('"', '\\"'),
  ],
  ...[
    '\\n',
    '\\u0061',
    '50\\u0030',
    '\\"',
    '\\\\',
    'a\\\\',
    '\\\\\\"',
    '\\ud83d\\ude42',
    '\\ud83d',
    '\\u00e9',
    '\\/',
    '\\b\\f\\r\\t',
  ],
  ...['[1,2]', '}{', ',:', 'a,b', '\x7f'],
].map(asBytes)

/** Bytes that are no UTF-8. */
const BROKEN_BYTES = [
  '\xff',
  '\xc3',
  'a\xc3',
  '\xed\xa0\x80',
  '\xc0\x80',
  '\xf4\x90\x80\x80',
  '\xe2\x82',
  '\xf0\x80\x80\x80',
  '\xef\xbf\xbd',
]

const text = fc
  .oneof(
    { weight: 8, arbitrary: fc.constantFrom(...TEXT_SPELLINGS) },
    { weight: 1, arbitrary: fc.constantFrom(...BROKEN_BYTES) },
    {
      weight: 1,
      arbitrary: fc.string({ maxLength: 80 }).map((drawn) => asBytes(JSON.stringify(drawn).slice(1, -1))),
    },
  )
  .map((inner) => `"${inner}"`)

const name = fc
  .oneof(
    { weight: 12, arbitrary: fc.constantFrom(...MEMBER_NAMES) },
    { weight: 2, arbitrary: fc.constantFrom('b', 'Status', 'statu', 'n\ufffd') },
    { weight: 1, arbitrary: fc.constantFrom('stat\\u0075s', '\\u0061', 'b\\n') },
  )
  .map((inner) => `"${asBytes(inner)}"`)

/** Parts with drawn spaces between them. */
const spaced = (parts: fc.Arbitrary<readonly string[]>): fc.Arbitrary<string> =>
  parts.chain((all) =>
    fc.oneof(
      { weight: 3, arbitrary: fc.constant(all.join('')) },
      fc
        .array(space, { minLength: all.length, maxLength: all.length })
        .map((spaces) => all.map((part, index) => part + spaces[index]).join('')),
    ),
  )

const listed = (items: readonly (readonly string[])[], open: string, close: string): string[] => [
  open,
  ...items.flatMap((item, index) => (index === 0 ? item : [',', ...item])),
  close,
]

const { value, object } = fc.letrec<{ value: string; object: string }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, depthIdentifier: 'json' },
    fc.constantFrom(...NUMBER_SPELLINGS),
    fc.constantFrom('true', 'false', 'null'),
    text,
    spaced(
      fc.array(tie('value'), { maxLength: 3 }).map((items) =>
        listed(
          items.map((one) => [one]),
          '[',
          ']',
        ),
      ),
    ),
    tie('object'),
  ),
  object: spaced(
    fc.array(fc.tuple(name, tie('value')), { maxLength: 5 }).map((members) =>
      listed(
        members.map(([key, one]) => [key, ':', one]),
        '{',
        '}',
      ),
    ),
  ),
}))

/** An object, with spaces around it. */
export const goodLine = fc.tuple(space, object).map((parts) => parts.join(''))

const WRONG = [
  ...'{}[]:,"\\0-1.e+ tnu\x00\x1f\x7f\xff'.split(''),
  '\ufeff',
  '01',
  'null',
  '""',
  '\\u12',
  '\\x',
  "'",
].map(asBytes)

/** A line in which a byte is left out or put in, or which is cut off, or that is a value of another kind. */
export const brokenLine = fc
  .tuple(goodLine, fc.nat(), fc.nat(3), fc.constantFrom(...WRONG), value)
  .map(([line, place, way, wrong, other]) => {
    const at = place % (line.length + 1)
    if (way === 0) return line.slice(0, at) + wrong + line.slice(at)
    if (way === 1) return line.slice(0, at) + line.slice(at + 1)
    return way === 2 ? line.slice(0, at) : other
  })

export const anyLine = fc.oneof({ weight: 3, arbitrary: goodLine }, { weight: 1, arbitrary: brokenLine })
