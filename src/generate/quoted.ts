import { writeNumber, writePadded } from './digits.js'
import type { RecordWriter } from './generator.js'
import { Random } from './random.js'
import { TextTable } from './text-table.js'

const COLUMNS = ['id', 'name', 'comment', 'price', 'address', 'note']
const GIVEN = 'Ada,Björn,Chiara,Dov,Esi,Fatima,Goran,Hana,Ivo,Jun,Kofi,Lena,Máire,Nils,Oona,Piet'.split(',')
const FAMILY = 'Adler,Bianchi,Castro,Dubois,Eriksen,Farkaš,Greene,Haddad,Ito,Jansen,Kovács,Lindqvist'.split(
  ',',
)
const WORDS =
  'the,parcel,came,late,but,it,works,as,described,very,good,colour,is,not,what,I,ordered,size,fits,well,thanks,again'.split(
    ',',
  )
const STREETS = 'Long Lane,Mühlenweg,Rue des Prés,Via Roma,Calle Mayor,Kungsgatan'.split(',')
const TOWNS = 'Gent,Graz,Lund,Nice,Porto,Turku,Zagreb'.split(',')

const NAMES = 2_000
const COMMENTS = 4_000
const ADDRESSES = 2_000
/** Fields that are short, empty, or nothing but what needs quotes. */
const NOTES = [
  '',
  '',
  '',
  '',
  '',
  'ok',
  'gift',
  '""',
  '""""',
  '"\n"',
  '","',
  '"\r\n"',
  '"""\n"""',
  'naïve',
  '"a,b"',
]

const COMMA = 44

/**
 * Write a CSV file that is hard to cut: quoted fields with line feeds, CRLF, delimiters and doubled quotes, among
 * unquoted and empty ones. Records end in LF, or in CRLF.
 */
export function createQuotedWriter(seed: number, endsInCrlf: boolean): RecordWriter {
  const random = new Random(seed)
  const terminator = endsInCrlf ? '\r\n' : '\n'
  const names = new TextTable(Array.from({ length: NAMES }, () => nameText(random)))
  const comments = new TextTable(Array.from({ length: COMMENTS }, () => commentText(random)))
  const addresses = new TextTable(Array.from({ length: ADDRESSES }, () => addressText(random)))
  const notes = new TextTable(NOTES.map((note) => note + terminator))
  const longest = names.longestBytes + comments.longestBytes + addresses.longestBytes + notes.longestBytes
  let id = 0

  function write(bytes: Buffer, at: number): number {
    id = id === 999_999_999 ? 1 : id + 1
    at = writeNumber(bytes, at, id)
    bytes[at++] = COMMA
    at = names.write(bytes, at, random.below(NAMES))
    bytes[at++] = COMMA
    at = comments.write(bytes, at, random.below(COMMENTS))
    bytes[at++] = COMMA
    at = writePrice(bytes, at, random.next())
    bytes[at++] = COMMA
    at = addresses.write(bytes, at, random.below(ADDRESSES))
    bytes[at++] = COMMA
    return notes.write(bytes, at, random.below(notes.length))
  }

  return { header: COLUMNS.join(',') + terminator, maxRecordBytes: longest + 32, write }
}

/** Write a price below 1000 with two decimals; quoted in one record of four, empty in one of sixteen. */
function writePrice(bytes: Buffer, at: number, draw: number): number {
  if (draw >>> 28 === 0) return at
  const isQuoted = draw >>> 30 === 3
  if (isQuoted) bytes[at++] = 34
  const cents = (draw & 0xfffff) % 100_000
  at = writeNumber(bytes, at, (cents / 100) | 0)
  bytes[at++] = 46
  at = writePadded(bytes, at, cents % 100, 2)
  if (isQuoted) bytes[at++] = 34
  return at
}

function nameText(random: Random): string {
  const given = pick(random, GIVEN)
  const family = pick(random, FAMILY)
  switch (random.below(4)) {
    case 0:
      return `${given} ${family}`
    case 1:
      return quote(`${family}, ${given}`)
    case 2:
      return quote(`${given} "${pick(random, GIVEN)}" ${family}`)
    default:
      return quote(`${given} ${family}`)
  }
}

/** Some words over one to four lines; one comment in ten is empty, one in ten unquoted. */
function commentText(random: Random): string {
  const form = random.below(10)
  if (form === 0) return ''
  if (form === 1) return wordsText(random)
  const lines = Array.from({ length: 1 + random.below(3) }, () => lineText(random))
  const [first, ...rest] = lines
  return quote(
    rest.reduce((text, line) => text + (random.below(3) === 0 ? '\r\n' : '\n') + line, first ?? ''),
  )
}

function lineText(random: Random): string {
  const words = wordsText(random)
  switch (random.below(6)) {
    case 0:
      return `"${words}"`
    case 1:
      return `${words}, ${pick(random, WORDS)}`
    case 2:
      return ''
    default:
      return words
  }
}

function wordsText(random: Random): string {
  return Array.from({ length: 2 + random.below(4) }, () => pick(random, WORDS)).join(' ')
}

function addressText(random: Random): string {
  const street = `${pick(random, STREETS)} ${1 + random.below(150)}`
  return quote(`${street}${random.below(3) === 0 ? '\r\n' : '\n'}${pick(random, TOWNS)}`)
}

/** Wrap a field in quotes, doubling those in it. */
function quote(field: string): string {
  return `"${field.replaceAll('"', '""')}"`
}

function pick(random: Random, texts: readonly string[]): string {
  return texts[random.below(texts.length)] as string
}
