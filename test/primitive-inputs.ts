/** Inputs for the primitives: every short text, a table of seeds, and the seeds padded across vector widths. */
import fc from 'fast-check'
import { NO_BYTE } from '../dist/layout.js'
import type { Dialect } from '../dist/primitives/primitives.js'

export const SEED = 20141118

/** Bytes on which a primitive that reads past its range goes wrong. */
export const BEHIND = '"\n,"\r\n'

/** One byte for each character. */
export function asBytes(text: string): Buffer {
  return Buffer.from(text, 'latin1')
}

const COMMA = 44
const TAB = 9
const DOUBLE_QUOTE = 34

export const DIALECTS: Record<'csv' | 'tsv' | 'ndjson' | 'lines', Dialect> = {
  csv: { delimiter: COMMA, quote: DOUBLE_QUOTE, skipsBlank: true },
  tsv: { delimiter: TAB, quote: NO_BYTE, skipsBlank: true },
  ndjson: { delimiter: NO_BYTE, quote: NO_BYTE, skipsBlank: true },
  lines: { delimiter: NO_BYTE, quote: NO_BYTE, skipsBlank: false },
}

/** Every dialect, both ways with blank lines, and quoting without a delimiter. */
export const ALL_DIALECTS: Dialect[] = [
  ...Object.values(DIALECTS),
  { ...DIALECTS.csv, skipsBlank: false },
  { ...DIALECTS.tsv, skipsBlank: false },
  { ...DIALECTS.csv, delimiter: NO_BYTE },
]

/** A dialect in the oracle's words. */
export function asCharacters({ delimiter, quote }: Dialect): { delimiter: string; quote: string } {
  const character = (byte: number) => (byte === NO_BYTE ? '' : String.fromCharCode(byte))
  return { delimiter: character(delimiter), quote: character(quote) }
}

/** Every text of up to `length` characters that have a meaning, `a` standing for all others. */
export function allTexts(length: number): string[] {
  const texts = ['']
  let longest = ['']
  for (let size = 1; size <= length; size++) {
    longest = longest.flatMap((text) => ['a', ',', '"', '\n', '\r'].map((character) => text + character))
    texts.push(...longest)
  }
  return texts
}

const SEEDS = [
  ...['', 'a', '\n', '\r', '\r\n', '\n\n', '\r\n\r\n', '\n\r\n', '\r\r\n', 'a\r', 'a\rb\n', '\r\na'],
  ...[
    'a\n',
    'a\r\n',
    'a\n\nb',
    'a,b',
    'a,b\n',
    ',',
    ',\n',
    ',,\r\n',
    'a\tb\n',
    '\t\r\n',
    '\xe9,\xff\n',
    '\0\n',
  ],
  ...['""', '""\n', '""""\n', '"a"\n', '"a,b"\r\n', '"a\nb",c\n', '"a\r\nb"\r\n', '"a""b"\n', '"""a\n"""\n'],
  ...[
    '",\n,",\n',
    '"\n"\n\n',
    '"",""\n"",""\n',
    '"a"b"c\n',
    '"a" \n',
    'a"b\nc"d\n',
    'a"b,"c\nd"\n',
    '"a"",b\n',
  ],
  ...['"', 'x,"', '"a\n', '"a""', '"a"\n"b\n', '"a,\n\n', 'a,"b""\n"\n"', '{"a":"b\\""}\n{"c":"\\n"}\n'],
]

type Padding = (seed: string, count: number) => string

const PADDINGS: Padding[] = [
  (seed, count) => 'x'.repeat(count) + seed,
  (seed, count) => `${'x'.repeat(count)}\n${seed}`,
  (seed, count) => `"${'x'.repeat(count)}${seed}`,
  (seed, count) => `"${'x'.repeat(count)}"${seed}`,
  (seed, count) => '"'.repeat(count) + seed,
  (seed, count) => ','.repeat(count) + seed,
  (seed, count) => '\n'.repeat(count) + seed,
  (seed, count) => '\r'.repeat(count) + seed,
  (seed, count) => seed + 'x'.repeat(count) + seed,
  (seed, count) => seed + '"'.repeat(count) + seed,
]

/** Each seed padded by every length from 0 to 130, so that each of its bytes meets each edge of a vector. */
export function* paddedTexts(): Generator<string> {
  for (const seed of SEEDS) {
    for (let count = 0; count <= 130; count++) for (const pad of PADDINGS) yield pad(seed, count)
  }
}

/** Long texts in which everything that has a meaning is frequent. */
export const anyText = fc
  .array(
    fc.oneof(
      { weight: 6, arbitrary: fc.constantFrom(',', '"', '""', '",', ',"', '"\n', '\n"', '\n', '\r\n', '\r') },
      { weight: 2, arbitrary: fc.constantFrom('a', 'bc', ' ', '\0', '\xc3\xa9', '\t') },
      { weight: 1, arbitrary: fc.nat(150).map((count) => 'x'.repeat(count)) },
    ),
    { maxLength: 120, size: 'max' },
  )
  .map((parts) => parts.join(''))
