import { writeNumber } from './digits.js'
import type { RecordWriter } from './generator.js'
import { hashBelow, mix, Random, weightedTable } from './random.js'
import { TextTable } from './text-table.js'

const HEADER = 'user_id,item_id,behavior_type,user_geohash,item_category,time\n'
const USERS = 20_000
const ITEMS = 2_876_947
const CATEGORIES = 14_000
const MAX_USER_ID = 142_455_899
const MAX_ITEM_ID = 404_562_488
/** Views, favourites, carts, purchases. */
const BEHAVIOR_WEIGHTS = [0, 94, 2, 3, 1]
/** Of 256: the share of records without a geohash, 68%. */
const EMPTY_GEOHASH = 174
const GEOHASH_ALPHABET = Buffer.from('0123456789bcdefghjkmnpqrstuvwxyz')

/** Weight of each hour of a day: nights are quiet, evenings busy. */
const HOUR_WEIGHTS = [
  34, 18, 10, 7, 6, 8, 14, 25, 38, 49, 55, 54, 54, 57, 57, 57, 55, 50, 52, 67, 86, 98, 96, 66,
]
/** 18 November to 18 December 2014; on 12 December everything is on sale. */
const FIRST_DAY = '2014-11-18'
const DAYS = 31
const DAY_OF_SALE = 24

const COMMA = 44

/**
 * Write clicks as in the Tianchi mobile recommendation set: few active users and many quiet ones, items by a power
 * law, each item in one category, hours with a day's rhythm. 43.4 bytes a record.
 */
export function createTianchiWriter(seed: number): RecordWriter {
  const random = new Random(seed)
  const userSalt = random.next()
  const itemSalt = random.next()
  const behaviors = weightedTable(BEHAVIOR_WEIGHTS, 1 << 10)
  const hours = weightedTable(hourWeights(), 1 << 16)
  const times = new TextTable(hourTexts())
  const categories = shuffledCategories(random)

  function write(bytes: Buffer, at: number): number {
    // A product of fractions skews: the density of x = n * u^k falls with x as x^(1/k - 1).
    const u = random.fraction()
    const user = 1 + hashBelow(userSalt + Math.floor(u * u * USERS), MAX_USER_ID)
    at = writeNumber(bytes, at, user)
    bytes[at++] = COMMA

    const i = random.fraction()
    const item = 1 + hashBelow(itemSalt + Math.floor(i * i * i * ITEMS), MAX_ITEM_ID)
    at = writeNumber(bytes, at, item)
    bytes[at++] = COMMA

    // Bits of one draw: 10 for the behaviour, 8 for whether there is a geohash, 10 for its last two characters.
    const draw = random.next()
    bytes[at++] = 48 + (behaviors[draw & 1023] as number)
    bytes[at++] = COMMA
    if (((draw >>> 10) & 255) >= EMPTY_GEOHASH) at = writeGeohash(bytes, at, mix(user), draw >>> 18)
    bytes[at++] = COMMA

    const c = mix(item) * 2 ** -32
    at = writeNumber(bytes, at, categories[Math.floor(c * c * CATEGORIES)] as number)
    return times.write(bytes, at, hours[random.next() >>> 16] as number)
  }

  return { header: HEADER, maxRecordBytes: 64, write }
}

/** Write 7 characters: by the user the home, by the last two a place near it. */
function writeGeohash(bytes: Buffer, at: number, home: number, near: number): number {
  bytes[at] = 57
  for (let place = 1; place < 5; place++) {
    bytes[at + place] = GEOHASH_ALPHABET[(home >>> (5 * place)) & 31] as number
  }
  bytes[at + 5] = GEOHASH_ALPHABET[near & 31] as number
  bytes[at + 6] = GEOHASH_ALPHABET[(near >>> 5) & 31] as number
  return at + 7
}

function hourWeights(): number[] {
  return Array.from({ length: DAYS * 24 }, (_, index) => {
    const day = Math.floor(index / 24)
    const dayWeight = day === DAY_OF_SALE ? 230 : day === DAY_OF_SALE - 1 ? 125 : 95 + hashBelow(day, 11)
    return dayWeight * (HOUR_WEIGHTS[index % 24] as number)
  })
}

/** `,2014-11-18 00` and a line end, for each hour. */
function hourTexts(): string[] {
  const first = Date.parse(`${FIRST_DAY}T00:00:00Z`)
  return Array.from({ length: DAYS * 24 }, (_, index) => {
    const iso = new Date(first + index * 3_600_000).toISOString()
    return `,${iso.slice(0, 10)} ${iso.slice(11, 13)}\n`
  })
}

/** Shuffle the numbers 1 to 14000, so that a busy category may have any number. */
function shuffledCategories(random: Random): Uint16Array {
  const categories = Uint16Array.from({ length: CATEGORIES }, (_, index) => index + 1)
  for (let last = CATEGORIES - 1; last > 0; last--) {
    const other = random.below(last + 1)
    const held = categories[last] as number
    categories[last] = categories[other] as number
    categories[other] = held
  }
  return categories
}
