import { describe, expect, test } from 'vitest'
import { DistinctSketch, EXACT_DISTINCT } from '../dist/kernel/distinct-sketch.js'
import { EXACT_NUMBERS, QuantileSketch } from '../dist/kernel/quantile-sketch.js'
import { NUMBER_DECIMAL, NUMBER_EMPTY, NUMBER_NONE } from '../dist/number-layout.js'
import { makeDraw } from './draw.js'
import { SEED } from './primitive-inputs.js'

/** So many hashes that differ, drawn. */
function drawHashes(seed: number, count: number): Uint32Array {
  const draw = makeDraw(seed)
  return Uint32Array.from({ length: 2 * count }, () => 1 + draw(2 ** 32 - 1))
}

function countOf(hashes: Uint32Array): DistinctSketch {
  const distinct = new DistinctSketch()
  distinct.add(hashes, hashes.length / 2)
  return distinct
}

/** The same in parts, some of which overlap, in another order. */
function countInParts(hashes: Uint32Array, parts: number): DistinctSketch {
  const combined = new DistinctSketch()
  const size = 2 * Math.ceil(hashes.length / 2 / parts)
  for (let part = parts - 1; part >= 0; part--) {
    const piece = hashes.slice(Math.max(0, part * size - 200), (part + 1) * size)
    const backwards = piece.slice()
    for (let at = 0; at < piece.length; at += 2)
      backwards.set(piece.subarray(at, at + 2), piece.length - 2 - at)
    combined.combine(structuredClone(countOf(backwards).partial()))
  }
  return combined
}

describe('distinct values', () => {
  test(`are counted exactly while they are few, in any order and partition, seed ${SEED}`, () => {
    for (const count of [0, 1, 2, 31, 32, 33, 64, 65, 1000, EXACT_DISTINCT - 1, EXACT_DISTINCT]) {
      const hashes = drawHashes(SEED + count, count)
      const distinct = countOf(hashes)
      distinct.add(hashes, count)
      expect(distinct.result()).toEqual({ count, isExact: true })
      for (const parts of [1, 2, 5])
        expect(countInParts(hashes, parts).result()).toEqual({ count, isExact: true })
    }
  })

  test(`are estimated to a few percent where they are many, the same however they are shared out`, () => {
    for (const count of [EXACT_DISTINCT + 1, 5000, 10_000, 30_000, 100_000, 1_000_000]) {
      const hashes = drawHashes(SEED + count, count)
      const result = countOf(hashes).result()
      expect(result.isExact).toBe(false)
      // Four standard errors.
      expect(Math.abs(result.count / count - 1)).toBeLessThan(4 * 0.0082)
      for (const parts of count > 100_000 ? [3] : [1, 2, 40]) {
        expect(countInParts(hashes, parts).result()).toEqual(result)
      }
    }
  })
})

function addAll(sketch: QuantileSketch, numbers: ArrayLike<number>): QuantileSketch {
  const values = Float64Array.from(numbers)
  const kinds = new Uint8Array(values.length).fill(NUMBER_DECIMAL)
  expect(sketch.addColumn({ values, kinds } as never, 0, values.length)).toBe(true)
  return sketch
}

const QUANTILES = [0, 0.01, 0.25, 0.5, 0.75, 0.9, 0.999, 1]

/** The quantile by its definition: linear between the numbers around its place. */
function quantileOf(ascending: Float64Array, quantile: number): [low: number, high: number, share: number] {
  const place = (ascending.length - 1) * quantile
  const low = Math.floor(place)
  return [ascending[low], ascending[Math.min(low + 1, ascending.length - 1)], place - low]
}

describe('quantiles', () => {
  test('are exact while there are few distinct numbers, however many numbers', () => {
    const draw = makeDraw(SEED)
    for (const distinct of [1, 2, 3, 4, 5, 63, 64, 65, EXACT_NUMBERS]) {
      const numbers = Float64Array.from(
        { length: 3 * distinct },
        (_, index) => (index % distinct) - 20 + 0.25,
      )
      for (let index = numbers.length - 1; index > 0; index--) {
        const other = draw(index + 1)
        ;[numbers[index], numbers[other]] = [numbers[other], numbers[index]]
      }
      const ascending = numbers.slice().sort()
      const combined = new QuantileSketch()
      for (const part of [numbers.slice(distinct), numbers.slice(0, distinct)]) {
        combined.combine(structuredClone(addAll(new QuantileSketch(), part).partial()))
      }
      for (const sketch of [addAll(new QuantileSketch(), numbers), combined]) {
        const { values, isExact } = sketch.result(QUANTILES)
        expect(isExact).toBe(true)
        for (const [at, quantile] of QUANTILES.entries()) {
          const [low, high, share] = quantileOf(ascending, quantile)
          expect(values[at]).toBeCloseTo(low + (high - low) * share, 10)
        }
      }
    }
    expect(addAll(new QuantileSketch(), [4, 1, 3, 2]).result([0.25, 0.5, 0.75]).values).toEqual([
      1.75, 2.5, 3.25,
    ])
  })

  test(`are within 1/256 where there are many, the same however they are shared out, seed ${SEED}`, () => {
    const draw = makeDraw(SEED + 1)
    const uniform = () => draw(2 ** 32) / 2 ** 32
    const shapes: Record<string, () => number> = {
      uniform: () => uniform() * 1e6,
      'of both signs': () => uniform() * 10 - 3,
      'over many exponents': () => (draw(2) ? 1 : -1) * 2 ** (uniform() * 2000 - 1000),
      'with many zeros': () => (draw(3) === 0 ? 0 : uniform() - 0.5),
      'the largest': () => (draw(2) ? 1 : -1) * Number.MAX_VALUE * (1 - uniform() / 1000),
      subnormal: () => uniform() * 2 ** -1030,
    }
    for (const [shape, next] of Object.entries(shapes)) {
      const numbers = Float64Array.from({ length: 20_000 }, next)
      const ascending = numbers.slice().sort()
      const { values, isExact } = addAll(new QuantileSketch(), numbers).result(QUANTILES)
      expect(isExact).toBe(false)
      for (const [at, quantile] of QUANTILES.entries()) {
        const [low, high] = quantileOf(ascending, quantile)
        const slack = (number: number) => Math.abs(number) / 256 + 2 ** -1022
        const what = `${shape}: ${values[at]} at ${quantile}, of ${low} to ${high}`
        expect(values[at] >= low - slack(low) && values[at] <= high + slack(high), what).toBe(true)
      }
      const combined = new QuantileSketch()
      for (const part of [
        numbers.slice(0, 900),
        numbers.slice(900, 12_000),
        numbers.slice(12_000),
      ].reverse()) {
        combined.combine(structuredClone(addAll(new QuantileSketch(), part).partial()))
      }
      expect(combined.result(QUANTILES).values).toEqual(values)
    }
  })

  test('take memory for the powers of two between their numbers, of which 0 is none', () => {
    const numbers = Array.from({ length: 4000 }, (_, index) => (index % 2) * (index + 1000))
    for (const sign of [1, -1]) {
      const sketch = addAll(new QuantileSketch(), [0, ...numbers.map((number) => sign * number), -0])
      expect(sketch.partial().buckets?.map(({ counts }) => counts.length < 4 * 128)).toEqual([true, true])
      const { values } = sketch.result([0, 0.5, 1])
      expect(values).toEqual(sign > 0 ? [0, 0, 4999] : [-4999, 0, 0])
    }
  })

  test('do not tell 0 from what differs from it by its sign', () => {
    for (const zeros of [
      [0, -0],
      [-0, 0],
    ]) {
      const sketch = addAll(new QuantileSketch(2), [...zeros, 1])
      expect(sketch.result([0, 0.5, 1])).toEqual({ values: [0, 0, 1], isExact: true })
    }
  })

  test('pass over empty fields, and stop at a text', () => {
    const sketch = new QuantileSketch()
    const values = Float64Array.of(1, Number.NaN, 3, Number.NaN)
    const kinds = Uint8Array.of(NUMBER_DECIMAL, NUMBER_EMPTY, NUMBER_DECIMAL, NUMBER_NONE)
    expect(sketch.addColumn({ values, kinds } as never, 0, 3)).toBe(true)
    expect(sketch.result([0.5]).values).toEqual([2])
    expect(sketch.addColumn({ values, kinds } as never, 2, 4)).toBe(false)
  })
})
