/** The region: its bitmap of free slots, the slot that is kept for the head block, and the lists of published ones. */
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import { describe, expect, test } from 'vitest'
import { Region } from '../dist/region/region.js'

const HEAD = 0
const LATER = 1

function allocate(slotCount: number, slotBytes = 8): Region {
  return Region.allocate({ slotBytes, slotCount, blockCount: 10, wakeEvery: 1, workerCount: 2 })
}

/** Take slots for a block until there is none. */
function takeAll(region: Region, blockIndex: number): number[] {
  const slots: number[] = []
  for (let slot = region.takeSlot(blockIndex); slot >= 0; slot = region.takeSlot(blockIndex)) slots.push(slot)
  return slots
}

function free(region: Region, slots: readonly number[]): void {
  region.freeSlots(slots.map((slot) => ({ slot })))
}

describe('free slots', () => {
  test.each([1, 2, 31, 32, 33, 64, 100])(
    'are taken once each, the last by the head block alone: of %i',
    (slotCount) => {
      const region = allocate(slotCount)
      const all = Array.from({ length: slotCount }, (_, slot) => slot)
      for (const order of [all, all.toReversed(), all.filter((slot) => slot % 3 === 0)]) {
        const later = takeAll(region, LATER)
        expect([later.length, region.control.freeSlots]).toEqual([slotCount - 1, 1])
        const kept = takeAll(region, HEAD)
        expect([...later, ...kept].sort((a, b) => a - b)).toEqual(all)
        expect([kept.length, region.control.freeSlots]).toEqual([1, 0])
        free(region, order)
        free(
          region,
          all.filter((slot) => !order.includes(slot)),
        )
      }
    },
  )

  test('are for the next block when the head moves on', () => {
    const region = allocate(2)
    takeAll(region, LATER)
    expect(region.takeSlot(LATER)).toBe(-1)
    region.control.retireHead()
    expect(region.takeSlot(LATER)).toBeGreaterThanOrEqual(0)
  })

  test('have one owner at a time, whatever threads take them', { timeout: 120_000 }, async () => {
    const region = allocate(5)
    const owners = new Int32Array(new SharedArrayBuffer(4 * region.slotCount))
    const url = new URL('./jobs/take-slots.mjs', import.meta.url)
    const workers = [HEAD, LATER, LATER, LATER].map(
      (blockIndex, index) =>
        new Worker(fileURLToPath(url), {
          workerData: { handle: region.handle, owners, blockIndex, mark: index + 1, wanted: 20_000 },
        }),
    )
    const results = await Promise.all(workers.map(async (worker) => (await once(worker, 'message'))[0]))
    expect(results).toEqual([0, 0, 0, 0])
    expect(region.control.freeSlots).toBe(region.slotCount)
    expect(takeAll(region, HEAD).length).toBe(region.slotCount)
  })
})

test('published slots come once, in order, by block and output, with their part', () => {
  const region = allocate(8)
  const fillings = [
    { blockIndex: 3, output: 0, part: 0, length: 8 },
    { blockIndex: 3, output: 1, part: 0, length: 1 },
    { blockIndex: 3, output: 0, part: 2 ** 40, length: 2 },
    { blockIndex: 4, output: 0, part: 7, length: 3 },
    { blockIndex: 3, output: 0, part: 2 ** 40 + 1, length: 0 },
  ]
  for (const [index, filling] of fillings.entries()) {
    const slot = region.takeSlot(HEAD)
    region.bytes.fill(97 + index, slot * 8, slot * 8 + 8)
    region.publish(slot, filling)
  }
  const seen = (blockIndex: number, output: number) =>
    region.takePublished(blockIndex, output).map(({ bytes, part }) => [bytes.toString(), part])
  expect(seen(3, 0)).toEqual([
    ['a'.repeat(8), 0],
    ['cc', 2 ** 40],
    ['', 2 ** 40 + 1],
  ])
  expect([seen(3, 0), seen(3, 1), seen(4, 0), seen(4, 1)]).toEqual([[], [['b', 0]], [['ddd', 7]], []])
})

test('of the memory of one before, a region is as new; what is too small is not used', () => {
  const before = allocate(33)
  takeAll(before, HEAD)
  before.publish(0, { blockIndex: 1, output: 0, part: 5, length: 8 })
  before.control.cancel()
  before.control.retireHead()
  const measures = { slotBytes: 4, slotCount: 20, blockCount: 3, wakeEvery: 1, workerCount: 1 }
  const region = Region.allocate(measures, before.handle)
  const { memory, words } = region.handle
  expect([memory === before.handle.memory, words === before.handle.words]).toEqual([true, true])
  expect([region.control.head, region.control.isCancelled(), region.control.lastBlock]).toEqual([0, false, 2])
  expect(region.takePublished(1, 0)).toEqual([])
  expect(takeAll(region, HEAD).sort((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, slot) => slot))
  const larger = Region.allocate({ ...measures, slotCount: 100 }, before.handle).handle
  expect(larger.memory.byteLength).toBe(400)
  expect(larger.words.byteLength).toBeGreaterThan(words.byteLength)
})

describe('slots of the main thread’s own', () => {
  const SLOT_BYTES = 64 * 1024
  const write = (region: Region, blockIndex: number, output: number, text: string): number => {
    const { ownSlots } = region
    const slot = ownSlots.takeSlot()
    const length = ownSlots.memoryOf(slot).write(text, ownSlots.startOf())
    ownSlots.publish(slot, { blockIndex, output, part: 0, length })
    return slot
  }
  const textsOf = (region: Region, blockIndex: number, output: number) =>
    region.takePublished(blockIndex, output).map(({ bytes }) => bytes.toString())

  test('are gathered in the order of their blocks and outputs, and used again', () => {
    const region = allocate(4)
    const first = write(region, 3, 0, 'a')
    write(region, 3, 1, 'rejected')
    write(region, 2, 0, 'c')
    write(region, 3, 0, 'b')
    expect(textsOf(region, 2, 0)).toEqual(['c'])
    const extents = region.takePublished(3, 0)
    expect(extents.map(({ bytes }) => bytes.toString())).toEqual(['a', 'b'])
    expect(textsOf(region, 3, 0)).toEqual([])
    expect(textsOf(region, 3, 1)).toEqual(['rejected'])
    region.freeSlots(extents)
    expect(region.control.freeSlots).toBe(region.slotCount) // none of the region's was taken
    expect([region.ownSlots.takeSlot(), region.ownSlots.takeSlot()]).toContain(first)
  })

  test('stand beside those of other blocks that workers filled', () => {
    const region = allocate(4)
    const slot = region.takeSlot(LATER)
    region.bytes.write('worker', region.startOf(slot))
    region.publish(slot, { blockIndex: LATER, output: 0, part: 0, length: 6 })
    write(region, HEAD, 0, 'main')
    expect([HEAD, LATER].map((block) => textsOf(region, block, 0))).toEqual([['main'], ['worker']])
  })

  test.each([
    [1024, 8, 4], // a quarter of a small region, but 256 KiB at least
    [64, SLOT_BYTES, 16],
    [1024, SLOT_BYTES, 128], // 8 MiB at most
  ])('are full beside a region of %i slots of %i bytes when %i are held', (slotCount, slotBytes, held) => {
    const region = allocate(slotCount, slotBytes)
    expect(region.ownSlots.slotBytes).toBe(SLOT_BYTES)
    for (let count = 0; count < held; count++) {
      expect([region.ownSlots.isFull, region.isShort]).toEqual([false, false])
      write(region, HEAD, 0, 'x')
    }
    expect([region.ownSlots.isFull, region.isShort]).toEqual([true, true])
    region.freeSlots(region.takePublished(HEAD, 0).slice(0, 1))
    expect([region.ownSlots.isFull, region.isShort]).toEqual([false, false])
  })

  test('that are discarded are free again', () => {
    const { ownSlots } = allocate(4)
    const slot = ownSlots.takeSlot()
    ownSlots.discard(slot)
    expect(ownSlots.takeSlot()).toBe(slot)
  })
})
