import { Clock } from './clock.js'
import { writeNumber, writePadded } from './digits.js'
import type { RecordWriter } from './generator.js'
import { Random, weightedTable } from './random.js'
import { TextTable } from './text-table.js'

const FIRST_TIME = '2026-01-05T00:00:00Z'
const USERS = 50_000
const PATHS = 4_000

const STATUSES = [200, 201, 204, 301, 304, 400, 401, 404, 429, 500]
const STATUS_WEIGHTS = [820, 30, 25, 20, 40, 12, 10, 27, 6, 10]

const AREAS = 'products,orders,customers,search,reviews,baskets,invoices,sessions,warehouses,campaigns'.split(
  ',',
)
const VIEWS =
  'summary,details,history,items?page=2,items?page=17,price?currency=EUR,related,export?as=csv'.split(',')
const USER_NAMES =
  'anna,bruno,chloé,dmitri,elif,françois,grace,hiroshi,ingrid,josé,köksal,lucía,mei,noor,olga,王芳'.split(',')

/**
 * Write a web service's log as newline-delimited JSON: times that only grow, a path by a power law, 1% of status
 * 500, some names beyond ASCII and some escapes. About 200 bytes a record.
 */
export function createNdjsonWriter(seed: number): RecordWriter {
  const random = new Random(seed)
  const statuses = weightedTable(STATUS_WEIGHTS, 1 << 12)
  const statusTexts = new TextTable(STATUSES.map(statusText))
  const pathTexts = new TextTable(Array.from({ length: PATHS }, () => pathText(random)))
  const userTexts = new TextTable(Array.from({ length: USERS }, (_, user) => userText(random, user)))
  const clock = new Clock(Date.parse(FIRST_TIME))
  const keys = new TextTable(['{"time":"', ',"bytes":', ',"duration":', ',"trace":"', '"}\n'])

  function write(bytes: Buffer, at: number): number {
    const draw = random.next()
    clock.advance(draw >>> 26)
    at = clock.write(bytes, keys.write(bytes, at, 0))
    at = statusTexts.write(bytes, at, statuses[draw & 4095] as number)
    const p = random.fraction()
    at = pathTexts.write(bytes, at, Math.floor(p * p * p * PATHS))
    const size = random.fraction()
    at = writeNumber(bytes, keys.write(bytes, at, 1), Math.floor(size * size * size * 2_000_000))
    const u = random.fraction()
    at = userTexts.write(bytes, at, Math.floor(u * u * USERS))
    const d = random.fraction()
    at = writeMilliseconds(bytes, keys.write(bytes, at, 2), 1 + Math.floor(d * d * d * d * 12_000))
    at = writeHex(bytes, keys.write(bytes, at, 3), random.next())
    return keys.write(bytes, writeHex(bytes, at, random.next()), 4)
  }

  return { header: '', maxRecordBytes: 512, write }
}

function statusText(status: number): string {
  const level = status >= 500 ? 'error' : status >= 400 ? 'warn' : 'info'
  return `","level":"${level}","status":${status}`
}

function pathText(random: Random): string {
  const area = AREAS[random.below(AREAS.length)] as string
  const view = VIEWS[random.below(VIEWS.length)] as string
  const note = random.below(50) === 0 ? '&q=\\"caf\\u00e9\\"\\ttea' : ''
  return `,"path":"/api/v1/${area}/${random.below(1_000_000)}/${view}${note}"`
}

function userText(random: Random, user: number): string {
  const name = USER_NAMES[random.below(USER_NAMES.length)] as string
  return `,"user":"${name}.${user + 1}"`
}

/** Write milliseconds as seconds with three decimals. */
function writeMilliseconds(bytes: Buffer, at: number, milliseconds: number): number {
  const seconds = (milliseconds / 1000) | 0
  at = writeNumber(bytes, at, seconds)
  bytes[at++] = 46
  return writePadded(bytes, at, milliseconds - seconds * 1000, 3)
}

function writeHex(bytes: Buffer, at: number, word: number): number {
  for (let shift = 28; shift >= 0; shift -= 4) {
    const digit = (word >>> shift) & 15
    bytes[at++] = digit < 10 ? 48 + digit : 87 + digit
  }
  return at
}
