import { LinemillError } from '../errors.js'
import type { Slots } from './slots.js'

const NO_MEMORY = Buffer.alloc(0)

/**
 * Writes one output of the block at hand into slots. Bytes go to `target[position, limit)`; when that room is
 * used up, `nextSlot` publishes the slot and takes another.
 */
export class SlotWriter {
  target: Buffer = NO_MEMORY
  position = 0
  limit = 0
  #slot = -1
  #isClosed = false
  #blockIndex = 0
  #part = 0
  readonly #slots: Slots
  readonly #output: number
  readonly #siblings: readonly SlotWriter[]
  readonly #verify: () => void

  /**
   * @param siblings the writers of all outputs of the same worker; the list may still grow.
   * @param verify called before a slot is published; throws if what was written cannot be trusted.
   */
  constructor(slots: Slots, output: number, siblings: readonly SlotWriter[], verify: () => void) {
    this.#slots = slots
    this.#output = output
    this.#siblings = siblings
    this.#verify = verify
  }

  beginBlock(blockIndex: number): void {
    this.#blockIndex = blockIndex
  }

  /** Let what is written from now on belong to another part of the output: a slot holds bytes of one. */
  beginPart(part: number): void {
    if (part === this.#part) return
    this.publish()
    this.#part = part
  }

  get room(): number {
    return this.limit - this.position
  }

  /**
   * Publish the slot at hand, if any, and take another; waits where none is free.
   *
   * @throws BlockAbandoned if the block is needed no more.
   * @throws LinemillError ERR_USER_FUNCTION behind the last block: a job has kept its `out`.
   */
  nextSlot(): void {
    if (this.#isClosed) {
      throw new LinemillError(
        'ERR_USER_FUNCTION',
        'the job used out after its last call: emit during the call',
      )
    }
    this.publish()
    let slot = this.#slots.takeSlot(this.#blockIndex)
    if (slot < 0) {
      // HAZARD: a worker that waits must hold no slot back, or a region of few slots and several outputs deadlocks.
      for (const sibling of this.#siblings) sibling.publish()
      slot = this.#slots.waitForSlot(this.#blockIndex)
    }
    this.#slot = slot
    this.target = this.#slots.memoryOf(slot)
    this.position = this.#slots.startOf(slot)
    this.limit = this.position + this.#slots.slotBytes
  }

  /** Make what is written visible; the next write takes another slot. */
  publish(): void {
    if (this.#slot < 0) return
    this.#verify()
    this.#slots.publish(this.#slot, {
      blockIndex: this.#blockIndex,
      output: this.#output,
      part: this.#part,
      length: this.position - this.#slots.startOf(this.#slot),
    })
    this.#slot = -1
    this.position = 0
    this.limit = 0
  }

  /** Give the slot at hand back unpublished: its block is abandoned. */
  discard(): void {
    if (this.#slot >= 0) this.#slots.discard(this.#slot)
    this.#slot = -1
    this.position = 0
    this.limit = 0
  }

  /** Take no more slots, whoever may have kept an `out`: the region's memory may be another run's from now on. */
  close(): void {
    this.#isClosed = true
  }

  /** Write bytes, over as many slots as it takes. */
  writeBytes(bytes: Uint8Array): void {
    let done = 0
    while (done < bytes.length) {
      if (this.room === 0) this.nextSlot()
      const length = Math.min(this.room, bytes.length - done)
      this.target.set(bytes.subarray(done, done + length), this.position)
      this.position += length
      done += length
    }
  }

  /** Write a string as UTF-8, over as many slots as it takes. */
  writeText(text: string): void {
    if (text.length * 3 > this.room) {
      const byteLength = Buffer.byteLength(text)
      if (byteLength > this.room) {
        if (byteLength > this.#slots.slotBytes || this.room > this.#slots.slotBytes >> 3) {
          this.writeBytes(Buffer.from(text))
          return
        }
        this.nextSlot()
      }
    }
    this.position += this.target.write(text, this.position, 'utf8')
  }
}
