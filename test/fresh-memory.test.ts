/** Memory in huge pages: what is asked for is there, wherever it begins in its buffer. */
import { beforeAll, describe, expect, test } from 'vitest'
import { allocateFresh, freshWords, preferHugePages } from '../dist/primitives/fresh-memory.js'
import { loadAddon } from '../dist/primitives/native.js'

const MIB = 2 ** 20
const SIZES = [0, 1, 4096, MIB - 1, MIB, MIB + 1, 2 * MIB, 5 * MIB + 3]

describe.each(['before the addon is loaded', 'with the addon, if there is one'])('%s', (when) => {
  beforeAll(() => {
    if (when.startsWith('with')) loadAddon()
  })

  test.each(SIZES)('a buffer has %d bytes, all of its own', (byteLength) => {
    const [one, other] = [allocateFresh(byteLength).fill(1), allocateFresh(byteLength).fill(2)]
    expect(one.length).toBeGreaterThanOrEqual(byteLength)
    expect(one.length).toBeLessThan(byteLength + 2 * MIB)
    expect(one.every((byte) => byte === 1)).toBe(true)
    expect(other.every((byte) => byte === 2)).toBe(true)
  })

  test.each(SIZES)('an array of %d bytes is zeros, and can be seen as doubles', (byteLength) => {
    const words = freshWords(2 * Math.ceil(byteLength / 8))
    expect(words.every((word) => word === 0)).toBe(true)
    const doubles = new Float64Array(words.buffer, words.byteOffset, words.length >> 1)
    doubles.fill(0.5)
    expect(words.at(-1)).toBe(words.length === 0 ? undefined : 0x3fe00000)
    expect(words.fill(0).every((word) => word === 0)).toBe(true)
  })

  test('what is in memory stays', () => {
    const memory = new SharedArrayBuffer(3 * MIB)
    const bytes = new Uint8Array(memory).fill(7)
    const first = preferHugePages(memory)
    expect(first).toBeGreaterThanOrEqual(0)
    expect(first).toBeLessThan(2 * MIB)
    expect(bytes.every((byte) => byte === 7)).toBe(true)
  })
})
