/** The emitter against the plainest there is: each call's text behind the last one's, whatever is pending or full. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Batch } from '../dist/batch/batch.js'
import type { Emitter, RowValue } from '../dist/batch/emitter.js'
import { encodeField, encodeRow, type OutputDialect } from '../dist/batch/encode.js'
import { SlotEmitter } from '../dist/batch/slot-emitter.js'
import { Region } from '../dist/region/region.js'
import { SlotWriter } from '../dist/region/slot-writer.js'
import { SEED } from './primitive-inputs.js'
import { availablePrimitives } from './primitive-sets.js'
import { fill } from './row-batch.js'

const COMMA: OutputDialect = { delimiter: ',', quote: '"' }
const FIELDS = [
  ['a', 'bc', '"d,e"'],
  ['', '', ''],
  ['long '.repeat(40), 'x', 'y'],
  ['1', '""""', 'é'],
  ['a', 'b', 'c'],
  ['7', '8', '9'],
]
const RECORDS = FIELDS.map((fields) => fields.join(','))

/** One call, on the emitter and as the text it gives. */
interface Step {
  readonly call: (out: Emitter) => unknown
  readonly text: (index: number) => string
  /** A field that has to be quoted where it stands alone. */
  readonly isEmptyValue?: boolean
}

const longText = fc.nat(40_000).map((length) => 'é,x'.repeat(length / 3))
const anyText = fc.oneof(
  { weight: 8, arbitrary: fc.string({ maxLength: 60, unit: 'grapheme' }) },
  {
    weight: 4,
    arbitrary: fc.string({ unit: fc.constantFrom('a', ',', '"', '\n', '\r', 'é'), maxLength: 6 }),
  },
  { weight: 1, arbitrary: longText },
)
const anyNumber = fc.oneof(
  fc.integer(),
  fc.nat(12_000),
  fc.maxSafeInteger(),
  fc.double(),
  fc.constantFrom(0, -0, 9, 10, 99, 100, 999, 1000, 9999, 10_000, 99_999_999, 100_000_000, -1),
  fc.constantFrom(
    2 ** 31 - 1,
    2 ** 31,
    -(2 ** 31),
    2 ** 32,
    2 ** 53 - 1,
    2 ** 53,
    -(2 ** 53),
    1e21,
    Number.NaN,
  ),
)
const anyValue: fc.Arbitrary<RowValue> = fc.oneof(
  { weight: 4, arbitrary: anyText },
  { weight: 4, arbitrary: anyNumber },
  fc.bigInt(),
  fc.boolean(),
  fc.constantFrom(null, undefined, ''),
)

function field(column: number): Step {
  return { call: (out) => out.field(column), text: (index) => FIELDS[index][column - 1] }
}

function value(one: RowValue): Step {
  const text = encodeField(one, ',', '"')
  return { call: (out) => out.value(one), text: () => text, isEmptyValue: text === '' }
}

/** A record by `field` and `value`. */
function record(...steps: readonly Step[]): Step {
  const isLoneEmpty = steps.length === 1 && steps[0].isEmptyValue
  return {
    call: (out) => {
      for (const step of steps) step.call(out)
      out.end()
    },
    text: (index) => `${isLoneEmpty ? '""' : steps.map((step) => step.text(index)).join(',')}\n`,
  }
}

const anyStep: fc.Arbitrary<Step> = fc.oneof(
  fc.array(anyValue, { maxLength: 7 }).map((values) => ({
    call: (out: Emitter) => out.row(...values),
    text: () => `${encodeRow(values, ',', '"')}\n`,
  })),
  fc
    .array(fc.oneof(fc.integer({ min: 1, max: 3 }).map(field), anyValue.map(value)), {
      minLength: 1,
      maxLength: 5,
    })
    .map((steps) => record(...steps)),
  anyText.map((text) => ({ call: (out: Emitter) => out.text(text), text: () => text })),
  anyText.map((text) => ({ call: (out: Emitter) => out.line(text), text: () => `${text}\n` })),
  fc.constant({ call: (out: Emitter) => out.record(), text: (index: number) => `${RECORDS[index]}\n` }),
  fc.uint8Array({ maxLength: 9, max: 127 }).map((bytes) => ({
    call: (out: Emitter) => out.bytes(bytes),
    text: () => Buffer.from(bytes).toString(),
  })),
)

interface Visit {
  readonly index: number
  readonly steps: readonly Step[]
  readonly isTakenBack: boolean
}
const anyVisit: fc.Arbitrary<Visit> = fc.record({
  index: fc.nat(RECORDS.length - 1),
  steps: fc.array(anyStep, { maxLength: 6 }),
  isTakenBack: fc.boolean(),
})

/** What the emitter writes for visits of records. */
function emit(
  visits: readonly Visit[],
  settings: { canAbort: boolean; slotBytes: number; set: number },
): string {
  const primitives = availablePrimitives()[settings.set]
  const batch = new Batch(primitives, 8, 3)
  fill(batch, { text: RECORDS.map((text) => `${text}\n`).join(''), names: ['x', 'y', 'z'] })
  const { slotBytes } = settings
  const slotCount = Math.ceil(2 ** 22 / slotBytes)
  const region = Region.allocate({ slotBytes, slotCount, blockCount: 1, wakeEvery: 1, workerCount: 1 })
  const writers: SlotWriter[] = []
  const writer = new SlotWriter(region, 0, writers, () => undefined)
  writers.push(writer)
  writer.beginBlock(0)
  const out = new SlotEmitter(writer, batch, primitives, {
    dialect: COMMA,
    canAbort: settings.canAbort,
    recordAllowed: true,
    fieldWord: (column) => (3 + 2 * (Number(column) - 1)) * batch.capacity,
  })
  for (const { index, steps, isTakenBack } of visits) {
    out.beginRecord(index)
    for (const { call } of steps) call(out)
    if (settings.canAbort && isTakenBack) out.abortRecord()
    else out.endRecord()
  }
  out.endBatch()
  writer.publish()
  return Buffer.concat(region.takePublished(0, 0).map(({ bytes }) => bytes)).toString()
}

describe.each([false, true])('with canAbort %s', (canAbort) => {
  test(`gives what each call stands for, in order, seed ${SEED}`, () => {
    const slotBytes = fc.constantFrom(64, 700, 65_536)
    const set = fc.nat(availablePrimitives().length - 1)
    fc.assert(
      fc.property(fc.array(anyVisit, { maxLength: 12 }), slotBytes, set, (visits, bytes, which) => {
        const expected = visits
          .filter(({ isTakenBack }) => !(canAbort && isTakenBack))
          .flatMap(({ index, steps }) => steps.map((step) => step.text(index)))
        expect(emit(visits, { canAbort, slotBytes: bytes, set: which })).toBe(expected.join(''))
      }),
      { seed: SEED, numRuns: 150 },
    )
  })

  test('goes on where its lists are full', () => {
    const steps = [value(1234567), field(2), value('x'), field(1)]
    for (const step of [record(...steps), record(field(3)), record(value('ab'))]) {
      const visits = Array.from({ length: 20_000 }, (_, index) => ({
        index: index % RECORDS.length,
        steps: [step],
        isTakenBack: index % 3 === 0,
      }))
      const expected = visits
        .filter(({ isTakenBack }) => !(canAbort && isTakenBack))
        .map(({ index }) => step.text(index))
      expect(emit(visits, { canAbort, slotBytes: 4096, set: 0 }) === expected.join('')).toBe(true)
    }
  })

  test('copies listed records behind what is pending, of whatever length', () => {
    const say = (text: string): Step => ({ call: (out) => out.line(text), text: () => '' })
    const copy = (...rows: number[]): Step => ({
      call: (out) => (out as SlotEmitter).inputRecords(Uint32Array.from(rows)),
      text: () => '',
    })
    const steps = [[say('x')], [copy(0, 2, 3)], [say('y'), copy()], [copy(5), say('z')]]
    const visits = steps.map((steps, index) => ({ index, steps, isTakenBack: false }))
    const expected = ['x', RECORDS[0], RECORDS[2], RECORDS[3], 'y', RECORDS[5], 'z', '']
    for (const slotBytes of [1, 7, 64, 4096]) {
      for (const set of availablePrimitives().keys()) {
        expect(emit(visits, { canAbort, slotBytes, set })).toBe(expected.join('\n'))
      }
    }
  })

  test('takes a row that does not encode for none', () => {
    const bad: Step = {
      call: (out) => expect(() => out.row('before', {} as never)).toThrow('must be a string'),
      text: () => '',
    }
    const good = { call: (out: Emitter) => out.row('after', 1), text: () => 'after,1\n' }
    const visits = [{ index: 0, steps: [good, bad, good], isTakenBack: false }]
    expect(emit(visits, { canAbort, slotBytes: 4096, set: 0 })).toBe('after,1\nafter,1\n')
  })
})
