import { MAX_OUTPUTS } from '../layout.js'
import { allocateFresh } from '../primitives/fresh-memory.js'
import type { Extent, Filling, Slots } from './slots.js'

const LEAST_SLOT_BYTES = 64 * 1024
/** Bytes of slots in use from which on the main thread takes no other block: part of a region, within bounds. */
const HELD_BYTES = 8 * 1024 * 1024
const LEAST_HELD_BYTES = 256 * 1024
const HELD_PART = 0.25
/** Bytes of slots that are allocated together. */
const TOGETHER_BYTES = 2 * 1024 * 1024

/**
 * Slots of the main thread's own memory, for blocks that it processes itself. It writes what workers publish, so it must not
 * wait for a slot of the region; it takes no block while `isFull` instead.
 */
export class OwnSlots implements Slots {
  readonly slotBytes: number
  readonly #heldSlots: number
  readonly #memory: Buffer[] = []
  readonly #free: number[] = []
  readonly #published = new Map<number, Extent[]>()

  /** Slots beside a region of `slotCount` slots of `slotBytes`. */
  constructor(slotBytes: number, slotCount: number) {
    this.slotBytes = Math.max(LEAST_SLOT_BYTES, slotBytes)
    const part = slotCount * slotBytes * HELD_PART
    this.#heldSlots = Math.min(HELD_BYTES, Math.max(LEAST_HELD_BYTES, part)) / this.slotBytes
  }

  takeSlot(): number {
    if (this.#free.length === 0) this.#allocate()
    return this.#free.pop() as number
  }

  #allocate(): void {
    const count = Math.max(
      1,
      Math.floor(Math.min(TOGETHER_BYTES, this.#heldSlots * this.slotBytes) / this.slotBytes),
    )
    const memory = allocateFresh(count * this.slotBytes)
    for (let start = 0; start < count * this.slotBytes; start += this.slotBytes) {
      this.#free.push(this.#memory.push(memory.subarray(start, start + this.slotBytes)) - 1)
    }
  }

  waitForSlot(): number {
    return this.takeSlot()
  }

  memoryOf(slot: number): Buffer {
    return this.#memory[slot] as Buffer
  }

  startOf(): number {
    return 0
  }

  publish(slot: number, { blockIndex, output, part, length }: Filling): void {
    const key = blockIndex * MAX_OUTPUTS + output
    const extents = this.#published.get(key) ?? []
    extents.push({ slot: -1 - slot, bytes: this.memoryOf(slot).subarray(0, length), part })
    this.#published.set(key, extents)
  }

  discard(slot: number): void {
    this.#free.push(slot)
  }

  /** Take what a block has published for an output since the last call, in order; undefined for another thread's. */
  takePublished(blockIndex: number, output: number): Extent[] | undefined {
    const key = blockIndex * MAX_OUTPUTS + output
    const extents = this.#published.get(key)
    this.#published.delete(key)
    return extents
  }

  /** Give the slot of an extent back. */
  free(slot: number): void {
    this.#free.push(-1 - slot)
  }

  get isFull(): boolean {
    return this.#memory.length - this.#free.length >= this.#heldSlots
  }
}
