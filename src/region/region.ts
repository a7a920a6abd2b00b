import { LinemillError } from '../errors.js'
import { CONTROL_FREE_SLOTS, WORKER_WORDS } from '../layout.js'
import { preferHugePages } from '../primitives/fresh-memory.js'
import { CONTROL_FIXED_WORDS, Control } from './control.js'
import { OwnSlots } from './own-slots.js'
import type { Extent, Filling, Slots } from './slots.js'
import { WorkerRecord } from './worker-record.js'

/** A region's measures and memory, as they cross threads. */
export interface RegionHandle extends RegionMemory {
  readonly slotBytes: number
  readonly slotCount: number
  readonly blockCount: number
  readonly wakeEvery: number
  readonly workerCount: number
}

/** What a region is made of, and another may be made of when it is done. */
export interface RegionMemory {
  readonly memory: SharedArrayBuffer
  readonly words: SharedArrayBuffer
}

/** A typed array over the region must not pass 2 GiB: offsets stay small integers. */
const MAX_REGION_BYTES = 2 ** 31 - 1

/**
 * The region: one SharedArrayBuffer cut into equal slots. Free slots are bits of a bitmap (no linked list, which
 * would suffer from ABA); filled ones are pushed on a list per block and output, which the main thread takes whole.
 */
export class Region implements Slots {
  readonly control: Control
  readonly bytes: Buffer
  readonly slotBytes: number
  readonly slotCount: number
  readonly handle: RegionHandle
  readonly #words: Int32Array<SharedArrayBuffer>
  readonly #bitmap: number
  readonly #links: number
  readonly #lengths: number
  readonly #parts: Float64Array
  #ownSlots: OwnSlots | undefined

  private constructor(handle: RegionHandle) {
    this.handle = handle
    this.slotBytes = handle.slotBytes
    this.slotCount = handle.slotCount
    this.bytes = Buffer.from(handle.memory)
    this.#words = new Int32Array(handle.words)
    this.#bitmap = CONTROL_FIXED_WORDS
    this.#links = this.#bitmap + bitmapWords(handle.slotCount)
    this.#lengths = this.#links + handle.slotCount
    const partsBytes = partsWord(handle.slotCount) * 4
    this.#parts = new Float64Array(handle.words, partsBytes, handle.slotCount)
    this.control = new Control(this.#words, handle.blockCount, handle.wakeEvery)
  }

  /** Make a region and its control words, of the memory that one before was made of where that is large enough. */
  static allocate(measures: Omit<RegionHandle, keyof RegionMemory>, used?: RegionMemory): Region {
    const slotCount = Math.max(
      1,
      Math.min(measures.slotCount, Math.floor(MAX_REGION_BYTES / measures.slotBytes)),
    )
    const wordCount = workerRecordsAt(slotCount) + measures.workerCount * WORKER_WORDS
    const region = new Region({
      ...measures,
      slotCount,
      memory: reuse(used?.memory, slotCount * measures.slotBytes),
      words: reuse(used?.words, wordCount * 4),
    })
    if (region.handle.words === used?.words) region.#words.fill(0)
    region.control.initialise()
    for (let slot = 0; slot < slotCount; slot++) region.#setFree(slot)
    Atomics.store(region.#words, CONTROL_FREE_SLOTS, slotCount)
    return region
  }

  /** Reach a region that another thread made. */
  static attach(handle: RegionHandle): Region {
    return new Region(handle)
  }

  /** What a worker is at. */
  worker(index: number): WorkerRecord {
    return new WorkerRecord(this.#words, workerRecordsAt(this.slotCount) + index * WORKER_WORDS)
  }

  /**
   * Take a free slot for a block; -1 if there is none for it. The last free slot is kept for the head block, so
   * that the run can always go on, whatever the region's size.
   */
  takeSlot(blockIndex: number): number {
    for (;;) {
      const free = Atomics.load(this.#words, CONTROL_FREE_SLOTS)
      if (free <= 0 || (free === 1 && blockIndex !== this.control.head)) return -1
      if (Atomics.compareExchange(this.#words, CONTROL_FREE_SLOTS, free, free - 1) === free) break
    }
    return this.#claimBit()
  }

  waitForSlot(blockIndex: number): number {
    return this.control.waitForRoom(blockIndex, () => this.takeSlot(blockIndex))
  }

  memoryOf(): Buffer {
    return this.bytes
  }

  startOf(slot: number): number {
    return slot * this.slotBytes
  }

  discard(slot: number): void {
    this.freeSlots([{ slot }])
  }

  /** Slots of the calling thread's own, for what it writes and gathers itself: it never waits for one. */
  get ownSlots(): OwnSlots {
    this.#ownSlots ??= new OwnSlots(this.slotBytes, this.slotCount)
    return this.#ownSlots
  }

  /** Whether slots have to be written and freed before others can be filled. */
  get isShort(): boolean {
    const { isStarved, freeSlots } = this.control
    return isStarved || freeSlots < this.slotCount >> 2 || this.#ownSlots?.isFull === true
  }

  /** Clear one bit of the bitmap; the caller has taken it off FREE_SLOTS, so there is one. */
  #claimBit(): number {
    for (let word = 0; ; word = (word + 1) % bitmapWords(this.slotCount)) {
      let bits = Atomics.load(this.#words, this.#bitmap + word)
      while (bits !== 0) {
        const bit = 31 - Math.clz32(bits & -bits)
        const found = Atomics.and(this.#words, this.#bitmap + word, ~(1 << bit))
        if ((found & (1 << bit)) !== 0) return word * 32 + bit
        bits = found & ~(1 << bit)
      }
    }
  }

  /** Give slots back. */
  freeSlots(extents: readonly { readonly slot: number }[]): void {
    for (const { slot } of extents) {
      if (slot < 0) {
        this.#ownSlots?.free(slot)
        continue
      }
      this.#setFree(slot)
      // HAZARD: the bit is set before the count, so that whoever takes one off the count finds a bit.
      Atomics.add(this.#words, CONTROL_FREE_SLOTS, 1)
    }
    if (extents.length > 0) this.control.signalRoom()
  }

  #setFree(slot: number): void {
    Atomics.or(this.#words, this.#bitmap + (slot >> 5), 1 << (slot & 31))
  }

  /** Make a filled slot visible as the next of a block's output. The caller writes to it no more. */
  publish(slot: number, { blockIndex, output, part, length }: Filling): void {
    const list = this.control.publishedWord(blockIndex, output)
    // HAZARD: what describes a slot is written before the exchange that makes it visible.
    this.#parts[slot] = part
    Atomics.store(this.#words, this.#lengths + slot, length)
    for (;;) {
      const latest = Atomics.load(this.#words, list)
      Atomics.store(this.#words, this.#links + slot, latest)
      if (Atomics.compareExchange(this.#words, list, latest, slot + 1) === latest) return
    }
  }

  /** Take all slots that a block has published for an output since the last call, in order. */
  takePublished(blockIndex: number, output: number): Extent[] {
    const own = this.#ownSlots?.takePublished(blockIndex, output)
    if (own !== undefined) return own
    const extents: Extent[] = []
    let next = Atomics.exchange(this.#words, this.control.publishedWord(blockIndex, output), 0)
    while (next !== 0) {
      const slot = next - 1
      const start = slot * this.slotBytes
      const length = Atomics.load(this.#words, this.#lengths + slot)
      extents.push({ slot, bytes: this.bytes.subarray(start, start + length), part: this.#parts[slot] })
      next = Atomics.load(this.#words, this.#links + slot)
    }
    return extents.reverse()
  }
}

function reuse(used: SharedArrayBuffer | undefined, byteLength: number): SharedArrayBuffer {
  return used !== undefined && used.byteLength >= byteLength ? used : allocate(byteLength)
}

function allocate(byteLength: number): SharedArrayBuffer {
  const memory = reserve(byteLength)
  preferHugePages(memory)
  return memory
}

function reserve(byteLength: number): SharedArrayBuffer {
  try {
    return new SharedArrayBuffer(byteLength)
  } catch (thrown) {
    const message = `the system has no ${byteLength} bytes for the region: give the run less (\`memoryBytes\`)`
    throw new LinemillError('ERR_RESOURCE', message, { cause: thrown })
  }
}

function bitmapWords(slotCount: number): number {
  return Math.ceil(slotCount / 32)
}

/** Where the slots' parts begin: behind bitmap, links and lengths, at a whole double. */
function partsWord(slotCount: number): number {
  const words = CONTROL_FIXED_WORDS + bitmapWords(slotCount) + 2 * slotCount
  return words + (words % 2)
}

/** Where the worker records begin: behind the slots' parts, at the start of a cache line. */
function workerRecordsAt(slotCount: number): number {
  return Math.ceil((partsWord(slotCount) + 2 * slotCount) / WORKER_WORDS) * WORKER_WORDS
}
