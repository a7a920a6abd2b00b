import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  COPY_COUNT,
  COPY_DELIMITER,
  COPY_FIRST,
  COPY_SKIP,
  COPY_TARGET,
  COPY_TARGET_END,
  COPY_WORDS,
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

const GUARD = Buffer.alloc(70, 0xee)

/** Copy with a target of `room` bytes, again and again, and put the pieces together. */
function copyInPieces(
  primitives: Primitives,
  bytes: Uint8Array,
  extents: Uint32Array,
  { room, offset }: { room: number; offset: number },
): Buffer {
  const roomEnd = offset + room
  const copy = new Uint32Array(COPY_WORDS)
  copy[COPY_COUNT] = extents.length / 2
  copy[COPY_DELIMITER] = 0x3b
  const target = Buffer.alloc(roomEnd + GUARD.length, GUARD)
  const pieces: Buffer[] = []
  for (;;) {
    copy[COPY_TARGET] = offset
    copy[COPY_TARGET_END] = roomEnd
    primitives.copyExtents(bytes, extents, copy, target)
    pieces.push(Buffer.from(target.subarray(offset, copy[COPY_TARGET])))
    if (copy[COPY_FIRST] === copy[COPY_COUNT]) break
    if (copy[COPY_TARGET] !== roomEnd) throw new Error('copyExtents stopped before the room was full')
  }
  expect(copy[COPY_SKIP]).toBe(0)
  expect(GUARD.equals(target.subarray(roomEnd)), 'bytes behind the room are untouched').toBe(true)
  expect(
    target.subarray(0, offset).every((byte) => byte === 0xee),
    'bytes before it too',
  ).toBe(true)
  return Buffer.concat(pieces)
}

describe(`copyExtents (${names})`, () => {
  const bytes = Uint8Array.from({ length: 400 }, (_, at) => (at * 131 + 7) & 0xff)
  const followers = new Map([
    [EXTENT_THEN_NOTHING, ''],
    [EXTENT_THEN_DELIMITER, ';'],
    [EXTENT_THEN_LINE_FEED, '\n'],
  ])
  type Extent = readonly [start: number, length: number, then: number]

  function checkList(list: readonly Extent[], rooms: number[]): void {
    const expected = Buffer.concat(
      list.flatMap(([start, length, then]) => [
        bytes.slice(start, start + length),
        Buffer.from(followers.get(then)!),
      ]),
    )
    const extents = Uint32Array.from(list.flatMap(([start, length, then]) => [start, length + then]))
    for (const primitives of sets) {
      for (const room of rooms) {
        const actual = copyInPieces(primitives, bytes, extents, { room, offset: room % 5 })
        check(
          actual.equals(expected),
          true,
          () => `${primitives.instructionSet} ${room} ${JSON.stringify(list)}`,
        )
      }
    }
  }

  test('copies every length with everything that can follow it, whatever the room', () => {
    for (const then of followers.keys()) {
      for (let length = 0; length <= 140; length++) {
        checkList([[length, length, then]], [1, 2, 3, 7, 63, 64, 65, 128, length + 1, length + 2])
      }
    }
  })

  test('copies up to the last byte of the input', () => {
    for (let length = 0; length <= 140; length++) {
      checkList([[bytes.length - length, length, EXTENT_THEN_LINE_FEED]], [7, 64, 300])
    }
  })

  test('is done when the room fits exactly', () => {
    for (const primitives of sets) {
      const copy = new Uint32Array(COPY_WORDS)
      copy[COPY_COUNT] = 2
      copy[COPY_TARGET_END] = 7
      const extents = Uint32Array.of(0, 3 + EXTENT_THEN_LINE_FEED, 9, 3)
      primitives.copyExtents(bytes, extents, copy, new Uint8Array(7))
      expect([copy[COPY_FIRST], copy[COPY_SKIP], copy[COPY_TARGET]]).toEqual([2, 0, 7])
    }
  })

  test(`goes on where it stopped, seed ${SEED}`, () => {
    const length = fc.oneof(fc.constant(0), fc.nat(5), fc.nat(130))
    const extent = fc.tuple(fc.nat(270), length, fc.constantFrom(...followers.keys()))
    fc.assert(
      fc.property(fc.array(extent, { maxLength: 30 }), (list) => checkList(list, [1, 2, 3, 7, 64, 1000])),
      { seed: SEED, numRuns: 300 },
    )
  })
})
