import { LinemillError } from '../errors.js'
import {
  ASSIGN_CAPACITY,
  ASSIGN_END,
  ASSIGN_GROUPS,
  ASSIGN_KEY_END,
  ASSIGN_KEYS,
  ASSIGN_MOST,
  ASSIGN_NEEDED,
  ASSIGN_NEXT,
  ASSIGN_PLACES,
  ASSIGN_SEED,
  ASSIGN_WORDS,
  GROUP_END,
  GROUP_ROW,
  GROUP_START,
  GROUP_WORDS,
  KEY_FIELD,
  KEY_LONG,
  KEY_QUOTE,
  KEY_SPARE,
  KEY_WORDS,
  MOST_GROUPS,
  PLACE_WORDS,
} from '../group-layout.js'
import { NO_BYTE } from '../layout.js'
import { freshArray, freshWords } from '../primitives/fresh-memory.js'
import type { GroupStore, Primitives } from '../primitives/primitives.js'
import { decodeShortAscii, SHORT_BYTES } from './short-ascii.js'

/** Words that the hash begins with; secret, so that nobody can make an input whose keys collide. */
export type HashSeed = readonly [number, number]

/** Make a seed that differs from run to run. */
export function makeHashSeed(): HashSeed {
  return [Math.floor(Math.random() * 2 ** 32), Math.floor(Math.random() * 2 ** 32)]
}

/** A column whose fields are keys: where the starts of its fields begin in a batch's table, and what wraps them. */
export interface KeyColumn {
  readonly word: number
  readonly quote: number
}

/** Records of a batch, or of what is laid out as one. */
export interface Rows {
  readonly bytes: Uint8Array
  readonly table: Uint32Array
  readonly capacity: number
}

/** The groups of a thread as plain data that crosses threads: the whole table, which may be gone on with there. */
export interface GroupKeys extends GroupStore {
  readonly count: number
  /** Where the bytes of keys end. */
  readonly keyEnd: number
}

const FIRST_PLACES = 2048
const FIRST_KEY_BYTES = 16 * 1024
/** Up to so many places a table is all but empty: native code finds several keys at once, which are at their places. */
const NEAR_PLACES = 2 ** 14
const MOST_TAKEN_OF_NEAR = 1 / 32
/** Up to so many it is kept emptier than larger ones: a key that is not at its place costs more than memory does. */
const FEW_PLACES = 2 ** 16
const MOST_TAKEN_OF_FEW = 0.25
/** The share of places that are taken before their number is doubled, which keeps steps from one to the next few. */
const MOST_TAKEN = 0.6
const MOST_KEY_BYTES = 2 ** 32 - 1

/** Numbers the keys of records in the order in which they appear. */
export class GroupTable {
  readonly #primitives: Primitives
  readonly #assign = new Uint32Array(ASSIGN_WORDS)
  #columns = new Uint32Array(0)
  #store: GroupStore
  /** The bytes of the keys as a Buffer. */
  #buffer: Buffer = Buffer.alloc(0)
  #ranges = new Uint32Array(0)

  constructor(primitives: Primitives, seed: HashSeed) {
    this.#primitives = primitives
    this.#assign.set(seed, ASSIGN_SEED)
    this.#store = {
      places: new Uint32Array(0),
      groups: new Uint32Array(0),
      keyBytes: new Uint8Array(FIRST_KEY_BYTES),
    }
    this.#makePlaces(FIRST_PLACES)
  }

  /** How many groups there are. */
  get count(): number {
    return this.#assign[ASSIGN_GROUPS]
  }

  /** Say whose fields are the keys of the next records. */
  useColumns(columns: readonly KeyColumn[]): void {
    this.#columns = new Uint32Array(KEY_WORDS * columns.length)
    for (const [index, { word, quote }] of columns.entries()) {
      this.#columns[KEY_WORDS * index + KEY_FIELD] = word
      this.#columns[KEY_WORDS * index + KEY_QUOTE] = quote
    }
  }

  /**
   * Write the numbers of the groups of records `[from, until)` to `ids`, by index of the record; makes those that are
   * not there.
   *
   * @throws LinemillError ERR_RESOURCE where there are too many keys, or too many bytes of them.
   */
  assign({ bytes, table, capacity }: Rows, from: number, until: number, ids: Uint32Array): void {
    const assign = this.#assign
    assign[ASSIGN_NEXT] = from
    assign[ASSIGN_END] = until
    assign[ASSIGN_CAPACITY] = capacity
    assign[ASSIGN_KEYS] = this.#columns.length / KEY_WORDS
    for (;;) {
      this.#primitives.assignGroups(bytes, table, this.#columns, assign, this.#store, ids)
      if (assign[ASSIGN_NEXT] === until) return
      this.#makeRoom()
    }
  }

  /** Index in its batch of the record that a group appeared with. */
  rowOf(group: number): number {
    return this.#store.groups[GROUP_WORDS * group + GROUP_ROW]
  }

  /** The bytes of the keys, valid until groups are added. */
  get keyBytes(): Buffer {
    const { keyBytes } = this.#store
    if (this.#buffer.buffer !== keyBytes.buffer) this.#buffer = asBuffer(keyBytes)
    return this.#buffer
  }

  /** Write start and end of each field of a group's key, among the bytes of the keys, to `ranges`, which has room for all. */
  findFields(group: number, ranges: Uint32Array): void {
    const at = GROUP_WORDS * group
    const { groups } = this.#store
    splitKey(this.keyBytes, groups[at + GROUP_START], groups[at + GROUP_END], ranges)
  }

  /** The fields of a group's key, of which there are so many: bytes are valid until groups are added. */
  fieldsOf(group: number, fieldCount: number): (string | Buffer)[] {
    if (this.#ranges.length !== 2 * fieldCount) this.#ranges = new Uint32Array(2 * fieldCount)
    const ranges = this.#ranges
    this.findFields(group, ranges)
    const fields: (string | Buffer)[] = []
    for (let at = 0; at < ranges.length; at += 2) {
      fields.push(fieldAt(this.#buffer, ranges[at], ranges[at + 1]))
    }
    return fields
  }

  /** Give the groups away, to be absorbed by another thread's table: this one is not to be used any more. */
  keys(): GroupKeys {
    return { ...this.#store, count: this.count, keyEnd: this.#assign[ASSIGN_KEY_END] }
  }

  /**
   * Take in the groups of another table that has the same seed; gives the numbers that they have here. A table without
   * groups goes on with the other's memory.
   */
  absorb(keys: GroupKeys): Uint32Array {
    const { count, groups, keyBytes } = keys
    const ids = freshWords(count)
    if (this.count === 0) {
      this.#adopt(keys)
      for (let group = 0; group < count; group++) ids[group] = group
      return ids
    }
    const table = freshWords(2 * count)
    for (let group = 0; group < count; group++) {
      table[group] = groups[GROUP_WORDS * group + GROUP_START]
      table[count + group] = groups[GROUP_WORDS * group + GROUP_END]
    }
    // Threads have most of their keys in common.
    this.#makeRoomFor(Math.max(this.count, count))
    // A key that is made of several fields is taken as it is.
    this.useColumns([{ word: 0, quote: NO_BYTE }])
    this.assign({ bytes: keyBytes, table, capacity: count }, 0, count, ids)
    return ids
  }

  #adopt({ places, groups, keyBytes, count, keyEnd }: GroupKeys): void {
    const placeCount = places.length / PLACE_WORDS
    this.#store = { places, groups, keyBytes }
    this.#assign[ASSIGN_GROUPS] = count
    this.#assign[ASSIGN_KEY_END] = keyEnd
    this.#assign[ASSIGN_PLACES] = placeCount
    this.#assign[ASSIGN_MOST] = mostTaken(placeCount)
  }

  /** Make places for so many groups at once. */
  #makeRoomFor(groupCount: number): void {
    let places = this.#assign[ASSIGN_PLACES]
    while (mostTaken(places) < groupCount && mostTaken(2 * places) <= MOST_GROUPS) places *= 2
    if (places > this.#assign[ASSIGN_PLACES]) this.#makePlaces(places)
  }

  /** Make what is full twice as large, and a small table four times. */
  #makeRoom(): void {
    const assign = this.#assign
    const count = assign[ASSIGN_PLACES]
    if (assign[ASSIGN_GROUPS] >= assign[ASSIGN_MOST]) this.#makePlaces(count * (count < FEW_PLACES ? 4 : 2))
    const { places, groups, keyBytes } = this.#store
    const needed = assign[ASSIGN_KEY_END] + assign[ASSIGN_NEEDED] + KEY_SPARE
    if (needed <= keyBytes.length) return
    if (needed > MOST_KEY_BYTES) throw tooMany('4 GiB of keys')
    const length = Math.min(MOST_KEY_BYTES, Math.max(2 * keyBytes.length, needed))
    const longer = allocate(() => freshArray<Uint8Array>(Uint8Array, length))
    longer.set(keyBytes)
    this.#store = { places, groups, keyBytes: longer }
  }

  /** Make a table of so many places, a power of two, and put those that are taken into it. */
  #makePlaces(count: number): void {
    const most = mostTaken(count)
    if (most > MOST_GROUPS) throw tooMany(`${MOST_GROUPS} keys`)
    const old = this.#store
    const places = allocate(() => freshWords(PLACE_WORDS * count))
    this.#primitives.movePlaces(old.places, places)
    const groups = allocate(() => freshWords(GROUP_WORDS * most))
    groups.set(old.groups)
    this.#store = { places, groups, keyBytes: old.keyBytes }
    this.#assign[ASSIGN_PLACES] = count
    this.#assign[ASSIGN_MOST] = most
  }
}

/** How many of so many places may be taken. */
function mostTaken(places: number): number {
  if (places <= NEAR_PLACES) return Math.floor(places * MOST_TAKEN_OF_NEAR)
  return Math.floor(places * (places > FEW_PLACES ? MOST_TAKEN : MOST_TAKEN_OF_FEW))
}

/** Take the fields apart that a key is made of (layout: KEY_). */
function splitKey(bytes: Buffer, start: number, end: number, ranges: Uint32Array): void {
  const last = ranges.length - 2
  let from = start
  for (let at = 0; at < last; at += 2) {
    let length: number = bytes[from++]
    if (length === KEY_LONG) {
      length = bytes.readUInt32LE(from)
      from += 4
    }
    ranges[at] = from
    from += length
    ranges[at + 1] = from
  }
  ranges[last] = from
  ranges[last + 1] = end
}

/** A short text of ASCII as a string, which takes less than an array of its own; all else as bytes. */
function fieldAt(bytes: Buffer, start: number, end: number): string | Buffer {
  const length = end - start
  if (length === 0) return ''
  return (length <= SHORT_BYTES && decodeShortAscii(bytes, start, length)) || bytes.subarray(start, end)
}

function asBuffer({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength)
}

function allocate<T>(make: () => T): T {
  try {
    return make()
  } catch (cause) {
    throw new LinemillError('ERR_RESOURCE', 'there is no memory for so many groups: use fewer keys', {
      cause,
    })
  }
}

function tooMany(what: string): LinemillError {
  return new LinemillError('ERR_RESOURCE', `a thread can hold at most ${what}: use fewer`)
}
