import {
  COPY_CAPACITY,
  COPY_COUNT,
  COPY_FIRST,
  COPY_SKIP,
  COPY_TARGET,
  COPY_TARGET_END,
  COPY_WORDS,
} from '../layout.js'
import type { Primitives } from '../primitives/primitives.js'
import type { SlotWriter } from '../region/slot-writer.js'
import type { Batch } from './batch.js'

/** Copies records that are listed straight into slots, many by one call. */
export class RecordCopier {
  readonly #primitives: Primitives
  readonly #copy = new Uint32Array(COPY_WORDS)

  constructor(primitives: Primitives) {
    this.#primitives = primitives
  }

  /** Copy the records of a batch that `records` lists as they stand, each with a line feed. */
  copy({ bytes, table, capacity }: Batch, records: Uint32Array, writer: SlotWriter): void {
    const { length } = records
    const copy = this.#copy
    copy[COPY_FIRST] = 0
    copy[COPY_COUNT] = length
    copy[COPY_SKIP] = 0
    copy[COPY_CAPACITY] = capacity
    for (;;) {
      copy[COPY_TARGET] = writer.position
      copy[COPY_TARGET_END] = writer.limit
      this.#primitives.copyRecords(bytes, table, records, copy, writer.target)
      writer.position = copy[COPY_TARGET]
      if (copy[COPY_FIRST] === length) return
      writer.nextSlot()
    }
  }
}
