/** The plain twins of `assignGroups`, `movePlaces` and `countGroups` (layouts: PLACE_, GROUP_, KEY_, ASSIGN_). */
import {
  ASSIGN_CAPACITY,
  ASSIGN_DONE,
  ASSIGN_END,
  ASSIGN_FULL,
  ASSIGN_GROUPS,
  ASSIGN_KEY_END,
  ASSIGN_KEYS,
  ASSIGN_MOST,
  ASSIGN_NEEDED,
  ASSIGN_NEXT,
  ASSIGN_PLACES,
  ASSIGN_SEED,
  ASSIGN_STATUS,
  GROUP_END,
  GROUP_HASH,
  GROUP_LENGTH_SHIFT,
  GROUP_LONG,
  GROUP_NUMBER_MASK,
  GROUP_ROW,
  GROUP_START,
  GROUP_WORDS,
  HASH_LAST,
  HASH_LAST_OTHER,
  KEY_FIELD,
  KEY_LONG,
  KEY_QUOTE,
  KEY_SPARE,
  KEY_WORDS,
  PLACE_FIRST,
  PLACE_GROUP,
  PLACE_HASH,
  PLACE_WORDS,
} from '../group-layout.js'
import { NO_BYTE } from '../layout.js'
import type { GroupStore } from './primitives.js'
import { unquote, unquoted } from './unquote.js'

/** Bytes that the hash takes in at a time. */
const WORD_BYTES = 8
/** Bytes of a key that its place has. */
const FIRST_BYTES = 16

export function assignGroups(
  bytes: Uint8Array,
  table: Uint32Array,
  keys: Uint32Array,
  assign: Uint32Array,
  store: GroupStore,
  ids: Uint32Array,
): void {
  const end = assign[ASSIGN_END]
  assign[ASSIGN_STATUS] = ASSIGN_DONE
  for (let record = assign[ASSIGN_NEXT]; record < end; record++) {
    findKey(bytes, table, keys, assign, record)
    hashKey(assign[ASSIGN_SEED], assign[ASSIGN_SEED + 1])
    const number = numberOf(assign, store, record)
    if (number < 0) {
      assign[ASSIGN_STATUS] = ASSIGN_FULL
      assign[ASSIGN_NEEDED] = key.end - key.start
      assign[ASSIGN_NEXT] = record
      return
    }
    ids[record] = number
  }
  assign[ASSIGN_NEXT] = end
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

/** The key at hand: a range of bytes; its first 16 as words, the lowest byte first; and its hash. */
const key: { bytes: Buffer; start: number; end: number; first: number[]; hash: number } = {
  bytes: Buffer.alloc(0),
  start: 0,
  end: 0,
  first: [0, 0, 0, 0],
  hash: 0,
}

let joined = Buffer.alloc(256)

function findKey(
  bytes: Uint8Array,
  table: Uint32Array,
  keys: Uint32Array,
  assign: Uint32Array,
  record: number,
): void {
  const source = asBuffer(bytes)
  const capacity = assign[ASSIGN_CAPACITY]
  const count = assign[ASSIGN_KEYS]
  let length = 0
  for (let index = 0; index < count; index++) {
    const at = keys[KEY_WORDS * index + KEY_FIELD] + record
    findField(source, table[at], table[at + capacity], keys[KEY_WORDS * index + KEY_QUOTE])
    if (count === 1) return
    length = joinField(length, index + 1 === count)
  }
  key.bytes = joined
  key.start = 0
  key.end = length
}

/** Set the key to a field. */
function findField(bytes: Buffer, start: number, end: number, quote: number): void {
  if (quote !== NO_BYTE && start < end && bytes[start] === quote) {
    unquote(bytes, start, end, quote)
    ;({ bytes, start, end } = unquoted)
  }
  key.bytes = bytes
  key.start = start
  key.end = end
}

/** Append the field that the key is to those before it, of so many bytes; gives how many there are then. */
function joinField(length: number, isLast: boolean): number {
  const { bytes, start, end } = key
  const fieldLength = end - start
  if (joined.length < length + fieldLength + 5) {
    const before = joined
    joined = Buffer.alloc(2 * (length + fieldLength + 5))
    joined.set(before.subarray(0, length))
  }
  if (!isLast) {
    joined[length++] = Math.min(fieldLength, KEY_LONG)
    if (fieldLength >= KEY_LONG) length = joined.writeUInt32LE(fieldLength, length)
  }
  joined.set(bytes.subarray(start, end), length)
  return length + fieldLength
}

/** The hash as it comes to be; see `take`. */
let one = 0
let other = 0

/** Hash the key: 8 bytes at a time, those at its end perhaps twice. */
function hashKey(seed: number, otherSeed: number): void {
  const { bytes, start, end } = key
  const length = end - start
  const { first } = key
  for (let word = 0; word < first.length; word++) first[word] = readWord(bytes, start + 4 * word, end)
  one = seed ^ length
  other = otherSeed
  take(first[0], first[1])
  take(first[2], first[3])
  if (length > FIRST_BYTES) {
    const last = end - WORD_BYTES
    for (let at = start + FIRST_BYTES; at < last; at += WORD_BYTES) {
      take(readWord(bytes, at, end), readWord(bytes, at + 4, end))
    }
    take(readWord(bytes, last, end), readWord(bytes, last + 4, end))
  }
  take(HASH_LAST, HASH_LAST_OTHER)
  key.hash = (one ^ other) >>> 0
}

/** Take two words into the hash: what they are multiplied to, 64 bits, is added to both halves. */
function take(word: number, otherWord: number): void {
  one = (one ^ word) >>> 0
  other = (other ^ otherWord) >>> 0
  const low = (one & 0xffff) * (other & 0xffff)
  const middle = (one >>> 16) * (other & 0xffff) + (one & 0xffff) * (other >>> 16)
  const high = (one >>> 16) * (other >>> 16)
  // Each sum is below 2^53, so nothing is rounded.
  const upper = high + Math.floor((middle + Math.floor(low / 0x10000)) / 0x10000)
  one = one ^ Math.imul(one, other)
  other = other ^ upper
}

/** Read 4 bytes, lowest first, zeros behind the end. */
function readWord(bytes: Buffer, at: number, end: number): number {
  let word = 0
  for (let index = 0; index < 4 && at + index < end; index++) word |= bytes[at + index] << (8 * index)
  return word >>> 0
}

/** The number of the key's group, which appears with `record` if it is new; -1 where there is no room. */
function numberOf(assign: Uint32Array, store: GroupStore, record: number): number {
  const { places } = store
  const length = key.end - key.start
  const kind = (Math.min(length, GROUP_LONG) << GROUP_LENGTH_SHIFT) >>> 0
  const mask = assign[ASSIGN_PLACES] - 1
  for (let at = (key.hash & mask) >>> 0; ; at = (at + 1) & mask) {
    const place = PLACE_WORDS * at
    const found = places[place + PLACE_GROUP]
    if (found === 0) return addGroup(assign, store, place, kind, record)
    if (places[place + PLACE_HASH] !== key.hash || (found & ~GROUP_NUMBER_MASK) >>> 0 !== kind) continue
    if (!beginsAlike(places, place + PLACE_FIRST)) continue
    const number = (found & GROUP_NUMBER_MASK) - 1
    if (length <= FIRST_BYTES || hasKey(store, number)) return number
  }
}

function beginsAlike(places: Uint32Array, at: number): boolean {
  const { first } = key
  for (let word = 0; word < first.length; word++) if (places[at + word] !== first[word]) return false
  return true
}

function hasKey({ groups, keyBytes }: GroupStore, number: number): boolean {
  const start = groups[GROUP_WORDS * number + GROUP_START]
  const end = groups[GROUP_WORDS * number + GROUP_END]
  return key.bytes.compare(keyBytes, start, end, key.start, key.end) === 0
}

function addGroup(
  assign: Uint32Array,
  { places, groups, keyBytes }: GroupStore,
  place: number,
  kind: number,
  record: number,
): number {
  const count = assign[ASSIGN_GROUPS]
  const start = assign[ASSIGN_KEY_END]
  const end = start + key.end - key.start
  if (count >= assign[ASSIGN_MOST] || end + KEY_SPARE > keyBytes.length) return -1
  keyBytes.set(key.bytes.subarray(key.start, key.end), start)
  const group = GROUP_WORDS * count
  groups[group + GROUP_HASH] = key.hash
  groups[group + GROUP_START] = start
  groups[group + GROUP_END] = end
  groups[group + GROUP_ROW] = record
  places[place + PLACE_HASH] = key.hash
  places[place + PLACE_GROUP] = kind | (count + 1)
  for (let word = 0; word < key.first.length; word++) places[place + PLACE_FIRST + word] = key.first[word]
  assign[ASSIGN_GROUPS] = count + 1
  assign[ASSIGN_KEY_END] = end
  return count
}

export function movePlaces(from: Uint32Array, to: Uint32Array): void {
  const mask = to.length / PLACE_WORDS - 1
  for (let at = 0; at < from.length; at += PLACE_WORDS) {
    if (from[at + PLACE_GROUP] === 0) continue
    let place = (from[at + PLACE_HASH] & mask) >>> 0
    while (to[PLACE_WORDS * place + PLACE_GROUP] !== 0) place = (place + 1) & mask
    for (let word = 0; word < PLACE_WORDS; word++) to[PLACE_WORDS * place + word] = from[at + word]
  }
}

export function countGroups(groups: Uint32Array, from: number, until: number, counts: Float64Array): void {
  for (let index = from; index < until; index++) counts[groups[index]]++
}
