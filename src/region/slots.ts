/** Bytes really written: a filled slot's part of its memory. */
export interface Extent {
  /** Below 0 for one that is not the region's (own-slots.ts). */
  readonly slot: number
  readonly bytes: Buffer
  /** Number of the part of the output that the bytes belong to; 0 where it is written as one. */
  readonly part: number
}

/** What a filled slot holds. */
export interface Filling {
  readonly blockIndex: number
  readonly output: number
  readonly part: number
  readonly length: number
}

/** Where a writer's slots come from, and go when they are filled. */
export interface Slots {
  readonly slotBytes: number
  /** Take a free slot for a block; -1 if there is none for it now. */
  takeSlot(blockIndex: number): number
  /** Wait for one. @throws BlockAbandoned if the block is needed no more. */
  waitForSlot(blockIndex: number): number
  /** The memory that a slot is part of, and where it begins there. */
  memoryOf(slot: number): Buffer
  startOf(slot: number): number
  publish(slot: number, filling: Filling): void
  /** Give a slot back that is not published. */
  discard(slot: number): void
}
