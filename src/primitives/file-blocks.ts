import type { Dialect, FileBlocks } from './primitives.js'

/** The addon's call; see `FileBlocks`. */
export type SummarizeFileBlocks = (
  fd: number,
  mapping: number,
  start: number,
  contentStart: number,
  contentEnd: number,
  blockBytes: number,
  dialect: number,
  threads: number,
  room: Uint8Array,
  summaries: Uint32Array,
  words: Int32Array,
) => Promise<void>

/** Room for a block, what is looked at before it, and so much that threads share no cache line. */
const BESIDE_BYTES = 192

/** How much room threads need to read blocks into. */
export function roomForBlocks(blockBytes: number, threads: number): number {
  return threads * (blockBytes + BESIDE_BYTES)
}

/** Make the primitive of the addon's call. */
export function bindSummarizeBlocks(
  summarize: SummarizeFileBlocks,
  pack: (dialect: Dialect) => number,
): (blocks: FileBlocks) => Promise<void> {
  return ({ fd, mapping, start, contentStart, contentEnd, blockBytes, dialect, threads, ...memory }) => {
    const { room, summaries, words } = memory
    const where = [fd, mapping, start, contentStart, contentEnd, blockBytes] as const
    return summarize(...where, pack(dialect), threads, room, summaries, words)
  }
}
