import { describe, expect, test } from 'vitest'
import type { NumberColumn } from '../dist/batch/number-column.js'
import { ExactSums } from '../dist/kernel/exact-sums.js'
import { takeCarries } from '../dist/kernel/limbs.js'
import { roundQuotient, roundRoot } from '../dist/kernel/rounding.js'
import {
  ADD_FROM,
  ADD_GROUP,
  ADD_HAS_SQUARES,
  ADD_LEFT,
  ADD_ROOM,
  ADD_UNTIL,
  ADD_WORDS,
  NUMBER_DECIMAL,
  NUMBER_EMPTY,
  NUMBER_NONE,
  SUMS_MOST_ADDED,
  SUMS_SQUARES,
  SUMS_SQUARES_LIMBS,
  SUMS_SUM,
  SUMS_SUM_LIMBS,
  SUMS_WORDS,
  SUMS_WORDS_WITH_SQUARES,
} from '../dist/number-layout.js'
import type { Primitives } from '../dist/primitives/primitives.js'
import { type Draw, drawFrom, makeDraw } from './draw.js'
import { makeColumn, numberOf } from './number-fields.js'
import { SEED } from './primitive-inputs.js'
import { availablePrimitives } from './primitive-sets.js'

const sets = availablePrimitives()
const names = sets.map((primitives) => primitives.instructionSet).join(', ')

/** Every double is a multiple of 2^-1074. */
const SCALE = 1074n

function scaled(value: number): bigint {
  let size = Math.abs(value)
  let exponent = 0n
  while (!Number.isInteger(size)) {
    size *= 2
    exponent++
  }
  return (value < 0 ? -BigInt(size) : BigInt(size)) << (SCALE - exponent)
}

/** Whether `value` is the double next to `numerator / denominator`, and even in a tie. */
function isNearest(value: number, numerator: bigint, denominator: bigint): boolean {
  if (!Number.isFinite(value)) {
    const end = (2n ** 1024n - 2n ** 970n) * denominator
    return value > 0 ? numerator >= end : -numerator >= end
  }
  const there = scaled(value) * denominator
  const wanted = numerator << SCALE
  const distance = there > wanted ? there - wanted : wanted - there
  for (const other of [nextDouble(value, 1), nextDouble(value, -1)]) {
    if (!Number.isFinite(other)) continue
    const far = scaled(other) * denominator - wanted
    const otherDistance = far < 0n ? -far : far
    if (distance > otherDistance) return false
    if (distance === otherDistance && isOdd(value)) return false
  }
  return true
}

const view = new DataView(new ArrayBuffer(8))

function isOdd(value: number): boolean {
  view.setFloat64(0, value)
  return (view.getUint32(4) & 1) === 1
}

function nextDouble(value: number, step: 1 | -1): number {
  if (value === 0) return step * 2 ** -1074
  view.setFloat64(0, value)
  const away = value > 0 === step > 0
  view.setBigUint64(0, view.getBigUint64(0) + (away ? 1n : -1n))
  return view.getFloat64(0)
}

/** The same of the square root. */
function isNearestRoot(value: number, numerator: bigint, denominator: bigint): boolean {
  if (value === 0) return numerator === 0n
  // It is right if the root lies between the middles to its neighbours: squares of half-way points.
  const wanted = numerator << (2n * (SCALE + 1n))
  const below = scaled(value) + scaled(nextDouble(value, -1))
  const above = scaled(value) + scaled(nextDouble(value, 1))
  return below ** 2n * denominator <= wanted && wanted <= above ** 2n * denominator
}

describe('rounding', () => {
  test(`rounds quotients to the nearest double, ties to even, seed ${SEED}`, () => {
    const draw = makeDraw(SEED)
    const integer = (bits: number): bigint => {
      let value = 1n
      for (let bit = 0; bit < bits; bit++) value = 2n * value + BigInt(draw(2))
      return value
    }
    for (let round = 0; round < 3000; round++) {
      const numerator = integer(draw(120)) << BigInt(drawFrom(draw, [0, 0, 1, 300, 900]))
      const denominator =
        integer(drawFrom(draw, [0, 5, 53, 100])) << BigInt(drawFrom(draw, [0, 50, 1000, 1073, 1100]))
      for (const sign of [1n, -1n]) {
        const value = roundQuotient(sign * numerator, denominator)
        expect(
          isNearest(value, sign * numerator, denominator),
          `${numerator} / ${denominator}: ${value}`,
        ).toBe(true)
      }
    }
    for (let places = 1n; places < 40n; places++) {
      // Around ties, at the precision of doubles and at the end of subnormals.
      for (const shift of [0n, 1000n, 1076n]) {
        for (const rest of [-1n, 0n, 1n]) {
          const numerator = (((2n ** 53n + places) << 10n) + 512n + rest) as bigint
          const value = roundQuotient(numerator, 1n << (10n + shift))
          expect(isNearest(value, numerator, 1n << (10n + shift))).toBe(true)
          const small = (places << 10n) + 512n + rest
          expect(isNearest(roundQuotient(small, 1n << 1084n), small, 1n << 1084n)).toBe(true)
        }
      }
    }
    expect(roundQuotient(0n, 3n)).toBe(0)
    expect(roundQuotient(2n ** 1024n, 1n)).toBe(Number.POSITIVE_INFINITY)
    expect(roundQuotient(1n, 2n ** 1075n)).toBe(0)
    expect(roundQuotient(3n, 2n ** 1076n)).toBe(2 ** -1074)
  })

  test(`rounds square roots to the nearest double, seed ${SEED}`, () => {
    const draw = makeDraw(SEED + 1)
    for (let round = 0; round < 2000; round++) {
      const numerator = BigInt(1 + draw(2 ** 32)) ** BigInt(1 + draw(20))
      const denominator = BigInt(1 + draw(2 ** 32)) ** BigInt(draw(20))
      const value = roundRoot(numerator, denominator)
      expect(isNearestRoot(value, numerator, denominator), `${numerator} / ${denominator}: ${value}`).toBe(
        true,
      )
    }
    expect(roundRoot(0n, 1n)).toBe(0)
    for (const root of [1, 2, 3, 0.5, 1e100, 2 ** -537]) {
      expect(roundRoot(scaled(root) ** 2n, 1n << (2n * SCALE))).toBe(root)
    }
  })
})

/** A double of any exponent, and any of the neighbourhoods that are hard. */
function drawField(draw: Draw): string {
  view.setUint32(0, draw(2 ** 32))
  view.setUint32(4, draw(2 ** 32))
  const any = view.getFloat64(0)
  const kind = draw(12)
  if (kind < 3) return String(draw(100_000) - 50_000)
  if (kind < 5) return `${draw(2) ? '-' : ''}${draw(1000)}.${draw(100)}`
  if (kind === 5) return String((draw(2) ? 1n : -1n) * (2n ** 53n + BigInt(draw(9)) - 4n))
  if (kind === 6) return String((draw(2) ? 1n : -1n) * (1n << BigInt(draw(1000))) + BigInt(draw(5)))
  if (kind === 7) return Number.isFinite(any) ? String(any) : '1'
  if (kind === 8) return String((draw(9) - 4) * 2 ** -1074)
  if (kind === 9) return String((draw(2) ? 1 : -1) * 2 ** (draw(400) - 200) * (1 + draw(2 ** 20) / 2 ** 20))
  if (kind === 10)
    return drawFrom(draw, ['', '', 'x', 'nan', '-0', '0.0', '1e308', '-1e308', '4294967295', '-4294967296'])
  return String(draw(2 ** 32) * 2 ** (draw(60) - 30))
}

interface Expected {
  count: number
  sum: bigint
  squares: bigint
  isInteger: boolean
  numbers: bigint[]
}

function sumUp(fields: readonly string[]): Expected {
  const expected: Expected = { count: 0, sum: 0n, squares: 0n, isInteger: true, numbers: [] }
  for (const field of fields) {
    const { kind, value, exact } = numberOf(field)
    if (kind === NUMBER_EMPTY || kind === NUMBER_NONE) continue
    const number = exact === undefined ? scaled(value) : exact << SCALE
    expected.count++
    expected.sum += number
    expected.squares += number * number
    expected.isInteger &&= exact !== undefined
    expected.numbers.push(number)
  }
  return expected
}

function expectInteger(value: number | bigint | undefined, exact: bigint): void {
  const isSafe = exact >= -(2n ** 53n) && exact <= 2n ** 53n
  expect(value).toBe(isSafe ? Number(exact) : exact)
}

function checkGroup(
  sums: ExactSums,
  group: number,
  { count, sum, squares, isInteger, numbers }: Expected,
): void {
  expect(sums.count(group)).toBe(count)
  expect(sums.isInteger(group)).toBe(isInteger)
  if (count === 0) {
    expect([sums.sum(group), sums.min(group), sums.max(group), sums.mean(group)]).toEqual([
      0,
      undefined,
      undefined,
      undefined,
    ])
    return
  }
  const ascending = numbers.toSorted((one, other) => (one < other ? -1 : one > other ? 1 : 0))
  const [least, greatest] = [ascending[0], ascending[ascending.length - 1]]
  if (isInteger) {
    expectInteger(sums.sum(group), sum >> SCALE)
    expectInteger(sums.min(group), least >> SCALE)
    expectInteger(sums.max(group), greatest >> SCALE)
  } else {
    expect(isNearest(sums.sum(group) as number, sum, 1n << SCALE), `sum ${sums.sum(group)}`).toBe(true)
    expect(isNearest(sums.min(group) as number, least, 1n << SCALE), `min ${sums.min(group)}`).toBe(true)
    expect(isNearest(sums.max(group) as number, greatest, 1n << SCALE), `max ${sums.max(group)}`).toBe(true)
  }
  const n = BigInt(count)
  expect(isNearest(sums.mean(group) as number, sum, n << SCALE), `mean ${sums.mean(group)}`).toBe(true)
  if (count < 2) {
    expect(sums.variance(group)).toBeUndefined()
    return
  }
  const numerator = n * squares - sum * sum
  const denominator = (n * (n - 1n)) << (2n * SCALE)
  expect(
    isNearest(sums.variance(group) as number, numerator, denominator),
    `variance ${sums.variance(group)}`,
  ).toBe(true)
  expect(isNearestRoot(sums.deviation(group) as number, numerator, denominator)).toBe(true)
}

function addFields(
  sums: ExactSums,
  primitives: Primitives,
  fields: readonly string[],
  groups: Uint32Array | number,
): void {
  const column = makeColumn(fields, primitives)
  column.read(0, fields.length)
  sums.add(column, 0, fields.length, groups)
}

describe(`exact sums (${names})`, () => {
  test(`are exact over all exponents, in any order and partition, seed ${SEED}`, () => {
    const draw = makeDraw(SEED + 2)
    for (let round = 0; round < 40; round++) {
      const groupCount = 1 + draw(5)
      const fields = Array.from({ length: 1 + draw(60) }, () => drawField(draw))
      const groups = Uint32Array.from(fields, () => draw(groupCount))
      const expected = Array.from({ length: groupCount }, (_, group) =>
        sumUp(fields.filter((_, index) => groups[index] === group)),
      )
      for (const primitives of sets) {
        const whole = new ExactSums(primitives, { hasSquares: true })
        whole.grow(groupCount)
        addFields(whole, primitives, fields, groups)
        for (const [group, each] of expected.entries()) checkGroup(whole, group, each)
        // The same shared out, and put together in another order of groups.
        const parts = [0, 1, 2].map((part) => {
          const sums = new ExactSums(primitives, { hasSquares: true })
          sums.grow(groupCount)
          const mine = fields
            .map((_, index) => index)
            .filter((index) => index % 3 === part)
            .reverse()
          if (mine.length > 0) {
            addFields(
              sums,
              primitives,
              mine.map((index) => fields[index]),
              Uint32Array.from(mine, (index) => groupCount - 1 - groups[index]),
            )
          }
          return structuredClone(sums.partial())
        })
        const combined = new ExactSums(primitives, { hasSquares: true })
        const groupOf = Array.from({ length: groupCount }, (_, group) => groupCount - 1 - group)
        for (const part of parts.reverse()) combined.combine(part, groupOf)
        for (const [group, each] of expected.entries()) checkGroup(combined, group, each)
      }
    }
  })

  test('give what cancels out, ties, and integers beyond 2^53', () => {
    for (const primitives of sets) {
      for (const fields of [
        ['1e100', '1', '-1e100'],
        ['1e16', '1', '1', '-1e16'],
        ['9007199254740992', '1', '1'],
        ['9007199254740993', '-9007199254740993', '9007199254740995'],
        ['0.1', '0.2', '0.3', '-0.6'],
        ['1', '1.1102230246251565e-16', '1e-300'],
        ['1', '1.1102230246251565e-16'],
        ['1e308', '1e308', '-1e308'],
        ['1e308', '1e308'],
        ['4.9e-324', '4.9e-324', '-4.9e-324'],
        ['-0', '0', '-0.0'],
        ['', 'x'],
      ]) {
        const sums = new ExactSums(primitives, { hasSquares: true })
        sums.grow(1)
        addFields(sums, primitives, fields, 0)
        checkGroup(sums, 0, sumUp(fields))
      }
    }
  })

  test('of whole numbers around the bounds of what is read without bigints, carries taken or not', () => {
    const sizes = [1n, 2n ** 31n, 2n ** 32n, 2n ** 52n, 2n ** 53n, 2n ** 64n]
    const values = sizes.flatMap((size) => [size - 1n, size, size + 1n, 1n - size, -size])
    for (const primitives of sets) {
      for (const value of values) {
        for (const more of ['0', '-1', '4294967295', '-4294967296']) {
          const sums = new ExactSums(primitives, { hasSquares: false })
          sums.grow(1)
          addFields(sums, primitives, [String(value), more], 0)
          const sum = value + BigInt(more)
          const expected = sum >= -(2n ** 53n) && sum <= 2n ** 53n ? Number(sum) : sum
          expect(sums.sum(0), `${value} ${more}`).toBe(expected)
          sums.partial()
          expect(sums.sum(0), `${value} ${more}, carries taken`).toBe(expected)
        }
      }
    }
  })

  test('stay exact where carries have to be taken', () => {
    for (const primitives of sets) {
      const sums = new ExactSums(primitives, { hasSquares: true })
      sums.grow(1)
      const fields = ['-1.5', '4294967295', '-9007199254740991', '1e20']
      const expected = sumUp(fields)
      addFields(sums, primitives, fields, 0)
      let { words } = sums.partial()
      // Doubled again and again: as if as many numbers had been added as make a limb overflow.
      let count = 1n
      for (let round = 0; round < 45; round++, count *= 2n) {
        sums.combine({ groupCount: 1, words: words.slice(), spills: new Map() })
        ;({ words } = sums.partial())
      }
      expect(sums.count(0)).toBe(Number(count) * fields.length)
      expect(sums.sum(0)).toBe(roundQuotient(expected.sum * count, 1n << SCALE))
    }
  })

  test('take carries before a limb can overflow', () => {
    // As if every number added the most that it may to one limb.
    const greatest = {
      addNumbers: (_values, _kinds, _groups, words, add) => {
        const limbs = new BigInt64Array(words.buffer)
        limbs[SUMS_SUM / 2 + 4] += BigInt(add[ADD_UNTIL] - add[ADD_FROM]) * 3n * (2n ** 32n - 1n)
      },
    } as Pick<Primitives, 'addNumbers'> as Primitives
    const sums = new ExactSums(greatest, { hasSquares: false })
    sums.grow(1)
    const column = { values: new Float64Array(1), kinds: new Uint8Array(1) } as NumberColumn
    let count = 0n
    for (const records of [
      SUMS_MOST_ADDED,
      1,
      SUMS_MOST_ADDED - 1,
      SUMS_MOST_ADDED,
      5,
      SUMS_MOST_ADDED / 2,
    ]) {
      sums.add(column, 0, records, 0)
      count += BigInt(records)
    }
    expect(sums.sum(0)).toBe(count * 3n * (2n ** 32n - 1n))
  })

  test('the limbs are the same on every set of primitives once carries are taken', () => {
    const draw = makeDraw(SEED + 3)
    const fields = Array.from({ length: 500 }, () => drawField(draw))
    const all = sets.map((primitives) => {
      const column = makeColumn(fields, primitives)
      column.read(0, fields.length)
      const sums = new Uint32Array(3 * SUMS_WORDS_WITH_SQUARES)
      const add = new Uint32Array(ADD_WORDS)
      const left = new Uint32Array(fields.length)
      add[ADD_FROM] = 7
      add[ADD_UNTIL] = fields.length
      add[ADD_ROOM] = 3
      add[ADD_GROUP] = 1
      add[ADD_HAS_SQUARES] = 1
      primitives.addNumbers(column.values, column.kinds, new Uint32Array(0), sums, add, left)
      takeCarries(sums, SUMS_WORDS_WITH_SQUARES + SUMS_SUM, SUMS_SUM_LIMBS)
      takeCarries(sums, SUMS_WORDS_WITH_SQUARES + SUMS_SQUARES, SUMS_SQUARES_LIMBS)
      return { sums, left: left.slice(0, add[ADD_LEFT]) }
    })
    expect(all[0].left.length).toBeGreaterThan(50)
    for (const other of all) expect(other).toEqual(all[0])
  })

  test('refuse what is out of range', () => {
    for (const primitives of sets.filter(({ instructionSet }) => instructionSet !== 'portable')) {
      const call = (
        change: Partial<Record<number, number>>,
        lengths: Record<string, number> = {},
        group = 0,
      ) => {
        const add = new Uint32Array(ADD_WORDS)
        Object.assign(add, { [ADD_UNTIL]: 2, [ADD_ROOM]: 1, ...change })
        const length = (name: string, usual: number) => lengths[name] ?? usual
        primitives.addNumbers(
          new Float64Array(length('values', 2)),
          new Uint8Array(length('kinds', 2)).fill(NUMBER_DECIMAL),
          new Uint32Array(length('groups', 2)).fill(group),
          new Uint32Array(length('sums', SUMS_WORDS)),
          add.subarray(0, length('add', ADD_WORDS)),
          new Uint32Array(length('left', 2)),
        )
      }
      expect(() => call({})).not.toThrow()
      expect(() => call({}, { groups: 0 })).not.toThrow()
      for (const [name, usual] of Object.entries({
        values: 2,
        kinds: 2,
        groups: 2,
        sums: SUMS_WORDS,
        add: ADD_WORDS,
        left: 2,
      })) {
        expect(() => call({}, { [name]: usual - 1 }), name).toThrow(RangeError)
      }
      expect(() => call({ [ADD_HAS_SQUARES]: 1 })).toThrow(RangeError)
      expect(() => call({ [ADD_FROM]: 3 })).toThrow(RangeError)
      expect(() => call({ [ADD_ROOM]: 2 })).toThrow(RangeError)
      expect(() => call({}, {}, 1)).toThrow(RangeError)
      expect(() => call({ [ADD_GROUP]: 1 }, { groups: 0 })).toThrow(RangeError)
    }
  })
})
