import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  COPY_CAPACITY,
  COPY_COUNT,
  COPY_DELIMITER,
  COPY_FIRST,
  COPY_SKIP,
  COPY_TARGET,
  COPY_TARGET_END,
  COPY_WORDS,
  EXTENT_OF_INTEGER,
  EXTENT_OF_TEXT,
  EXTENT_THEN_DELIMITER,
  EXTENT_THEN_LINE_FEED,
  EXTENT_THEN_NOTHING,
} from '../dist/layout.js'
import type { Primitives } from '../dist/primitives/primitives.js'
import { check } from './primitive-calls.js'
import { SEED } from './primitive-inputs.js'
import { availablePrimitives } from './primitive-sets.js'

const sets = availablePrimitives()
const names = sets.map((primitives) => primitives.instructionSet).join(', ')

/** What EXTENT_OF_TEXT copies from; other bytes than those of the input. */
const TEXT = Uint8Array.from({ length: 400 }, (_, at) => (at * 57 + 11) & 0xff)

const GUARD = Buffer.alloc(70, 0xee)

/** Copy with a target of `room` bytes, again and again, and put the pieces together. */
function copyInPieces(
  copy: Uint32Array,
  { room, offset }: { room: number; offset: number },
  call: (target: Buffer) => void,
): Buffer {
  const roomEnd = offset + room
  const target = Buffer.alloc(roomEnd + GUARD.length, GUARD)
  const pieces: Buffer[] = []
  for (;;) {
    copy[COPY_TARGET] = offset
    copy[COPY_TARGET_END] = roomEnd
    call(target)
    pieces.push(Buffer.from(target.subarray(offset, copy[COPY_TARGET])))
    if (copy[COPY_FIRST] === copy[COPY_COUNT]) break
    if (copy[COPY_TARGET] !== roomEnd) throw new Error('stopped before the room was full')
  }
  expect(copy[COPY_SKIP]).toBe(0)
  expect(GUARD.equals(target.subarray(roomEnd)), 'bytes behind the room are untouched').toBe(true)
  expect(
    target.subarray(0, offset).every((byte) => byte === 0xee),
    'bytes before it too',
  ).toBe(true)
  return Buffer.concat(pieces)
}

function copyExtentsInPieces(
  primitives: Primitives,
  bytes: Uint8Array,
  extents: Uint32Array,
  room: { room: number; offset: number },
): Buffer {
  const copy = new Uint32Array(COPY_WORDS)
  copy[COPY_COUNT] = extents.length / 2
  copy[COPY_DELIMITER] = 0x3b
  return copyInPieces(copy, room, (target) => primitives.copyExtents(bytes, extents, copy, target, TEXT))
}

describe(`copyExtents (${names})`, () => {
  const bytes = Uint8Array.from({ length: 400 }, (_, at) => (at * 131 + 7) & 0xff)
  const followers = new Map([
    [EXTENT_THEN_NOTHING, ''],
    [EXTENT_THEN_DELIMITER, ';'],
    [EXTENT_THEN_LINE_FEED, '\n'],
  ])
  const followerKinds = [...followers.keys()]
  type Extent = readonly [start: number, length: number, kind: number, then: number]

  function textOf([start, length, kind, then]: Extent): Buffer {
    const source = kind === EXTENT_OF_TEXT ? TEXT : bytes
    const own = kind === EXTENT_OF_INTEGER ? Buffer.from(String(start)) : source.slice(start, start + length)
    return Buffer.concat([own, Buffer.from(followers.get(then)!)])
  }

  function checkList(list: readonly Extent[], rooms: number[]): void {
    const expected = Buffer.concat(list.map(textOf))
    const words = list.flatMap(([start, length, kind, then]) => [start, length + kind + then])
    const extents = Uint32Array.from(words)
    for (const primitives of sets) {
      for (const room of rooms) {
        const actual = copyExtentsInPieces(primitives, bytes, extents, { room, offset: room % 5 })
        check(
          actual.equals(expected),
          true,
          () => `${primitives.instructionSet} ${room} ${JSON.stringify(list)}`,
        )
      }
    }
  }

  test('copies every length with everything that can follow it, whatever the room', () => {
    for (const then of followerKinds) {
      for (const kind of [0, EXTENT_OF_TEXT]) {
        for (let length = 0; length <= 140; length++) {
          checkList([[length, length, kind, then]], [1, 2, 3, 7, 63, 64, 65, 128, length + 1, length + 2])
        }
      }
    }
  })

  test('copies up to the last byte of the input', () => {
    for (let length = 0; length <= 140; length++) {
      checkList([[bytes.length - length, length, 0, EXTENT_THEN_LINE_FEED]], [7, 64, 300])
      checkList([[TEXT.length - length, length, EXTENT_OF_TEXT, 0]], [7, 64, 300])
    }
  })

  test('writes integers of every length, whatever the room', () => {
    const powers = Array.from({ length: 10 }, (_, exponent) => 10 ** exponent)
    const values = [
      ...powers,
      ...powers.map((power) => power - 1),
      1234567890,
      7_654_321,
      100_000_001,
      40_506,
    ]
    const limits = [2 ** 31 - 1, -(2 ** 31), -(2 ** 31) + 1]
    for (const value of [...values, ...values.map((value) => -value), ...limits]) {
      const extents = followerKinds.map((then): Extent => [value | 0, 0, EXTENT_OF_INTEGER, then])
      checkList(extents, [1, 2, 3, 7, 10, 11, 12, 64, 65, 66, 80, 200])
    }
    for (let value = 0; value < 100_000; value += 997) checkManyIntegers(value)
  })

  /** Every group of four digits, as the first and the last ones of a number. */
  function checkManyIntegers(first: number): void {
    const list = Array.from({ length: 997 }, (_, index): Extent => {
      const four = (first + index) % 10_000
      return [index & 1 ? four * 10_000 + 7 : 30_000 + four, 0, EXTENT_OF_INTEGER, EXTENT_THEN_LINE_FEED]
    })
    checkList(list, [20_000])
  }

  test('is done when the room fits exactly', () => {
    for (const primitives of sets) {
      const copy = new Uint32Array(COPY_WORDS)
      copy[COPY_COUNT] = 2
      copy[COPY_TARGET_END] = 7
      const extents = Uint32Array.of(0, 3 + EXTENT_THEN_LINE_FEED, 9, 3)
      primitives.copyExtents(bytes, extents, copy, new Uint8Array(7), TEXT)
      expect([copy[COPY_FIRST], copy[COPY_SKIP], copy[COPY_TARGET]]).toEqual([2, 0, 7])
    }
  })

  test(`goes on where it stopped, seed ${SEED}`, () => {
    const length = fc.oneof(fc.constant(0), fc.nat(5), fc.nat(130))
    const kinds = fc.constantFrom(...followerKinds)
    const extent = fc.oneof(
      fc.tuple(fc.nat(270), length, fc.constantFrom(0, EXTENT_OF_TEXT), kinds),
      fc.tuple(fc.integer(), fc.constant(0), fc.constant(EXTENT_OF_INTEGER), kinds),
    )
    fc.assert(
      fc.property(fc.array(extent, { maxLength: 30 }), (list) => checkList(list, [1, 2, 3, 7, 64, 1000])),
      { seed: SEED, numRuns: 300 },
    )
  })
})

describe(`copyRecords (${names})`, () => {
  const bytes = Uint8Array.from({ length: 400 }, (_, at) => (at * 131 + 7) & 0xff)
  type Record = readonly [start: number, end: number]

  function checkRecords(table: readonly Record[], listed: readonly number[], rooms: readonly number[]): void {
    const capacity = table.length + 3
    const words = new Uint32Array(2 * capacity).fill(0xffff_ffff)
    table.forEach(([start, end], row) => {
      words[row] = start
      words[capacity + row] = end
    })
    const records = Uint32Array.from(listed)
    const texts = listed.flatMap((row) => [bytes.subarray(...(table[row] as Record)), Buffer.from('\n')])
    const expected = Buffer.concat(texts)
    for (const primitives of sets) {
      for (const room of rooms) {
        const copy = new Uint32Array(COPY_WORDS)
        copy[COPY_COUNT] = records.length
        copy[COPY_CAPACITY] = capacity
        const actual = copyInPieces(copy, { room, offset: room % 5 }, (target) =>
          primitives.copyRecords(bytes, words, records, copy, target),
        )
        const shown = () => `${primitives.instructionSet} ${room} ${JSON.stringify({ table, listed })}`
        check(actual.equals(expected), true, shown)
      }
    }
  }

  test('copies records of every length, up to the last byte, whatever the room', () => {
    for (let length = 0; length <= 140; length++) {
      const table: Record[] = [
        [0, length],
        [bytes.length - length, bytes.length],
      ]
      checkRecords(table, [0, 1], [1, 2, 3, 7, 63, 64, 65, 66, 128, length + 1, length + 2])
    }
  })

  test(`copies those that are listed and no others, seed ${SEED}`, () => {
    const record = fc
      .tuple(fc.nat(bytes.length), fc.oneof(fc.nat(5), fc.nat(130)))
      .map(([start, length]): Record => [start, Math.min(bytes.length, start + length)])
    const drawn = fc.array(record, { maxLength: 12 }).chain((table) => {
      const rows = fc.subarray(table.map((_, row) => row))
      return fc.tuple(fc.constant(table), rows, fc.integer({ min: 1, max: 300 }))
    })
    fc.assert(
      fc.property(drawn, ([table, rows, room]) => checkRecords(table, rows, [room])),
      { seed: SEED, numRuns: 300 },
    )
  })
})
