import {
  COPY_COUNT,
  COPY_FIRST,
  COPY_SKIP,
  COPY_TARGET,
  COPY_TARGET_END,
  COPY_WORDS,
  EXTENT_LENGTH_MASK,
  EXTENT_WORDS,
  HANDED_CARRIED,
  HANDED_COUNT,
  HANDED_END,
  HANDED_FAILURE,
  HANDED_KIND,
  HANDED_START,
  HANDED_WANTED,
  HANDED_WORDS,
} from '../layout.js'
import type { Primitives } from '../primitives/primitives.js'
import type { Batch } from './batch.js'
import { NO_TEXT } from './extent-list.js'

/** Where the next bytes go. */
interface Piece {
  readonly target: Uint8Array
  readonly start: number
  readonly end: number
}

/**
 * Puts one batch after the other together from the bytes that a worker handed over (layout: HANDED_), however they
 * were cut into slots. A batch's arrays go straight into the table of `batch`.
 */
export class Assembly {
  readonly header = new Uint32Array(HANDED_WORDS)
  readonly doubles = new Float64Array(this.header.buffer)
  /** The bytes that a batch carries, where its offsets say; or a failure's JSON. */
  payload = Buffer.alloc(0)
  readonly #batch: Batch
  readonly #primitives: Primitives
  readonly #headerBytes = new Uint8Array(this.header.buffer)
  readonly #tableBytes: Uint8Array
  readonly #extent = new Uint32Array(EXTENT_WORDS)
  readonly #copy = new Uint32Array(COPY_WORDS)
  #room = Buffer.alloc(0)
  /** Pieces that are still to come, the next one last; none between two batches. */
  #pieces: Piece[] = []
  /** Bytes of the next piece that are there. */
  #done = 0

  constructor(batch: Batch, primitives: Primitives) {
    this.#batch = batch
    this.#primitives = primitives
    this.#tableBytes = new Uint8Array(batch.table.buffer)
  }

  /**
   * Take bytes from `from` on; returns where it stopped, which is before the end where a batch is complete. Call it
   * again only when that batch is done with.
   */
  take(bytes: Buffer, from: number): { next: number; isComplete: boolean } {
    let at = from
    if (this.#pieces.length === 0)
      this.#expect({ target: this.#headerBytes, start: 0, end: this.#headerBytes.length })
    while (at < bytes.length) {
      const { target, start, end } = this.#pieces.at(-1) as Piece
      const length = Math.min(bytes.length - at, end - start - this.#done, EXTENT_LENGTH_MASK)
      this.#copyBytes(bytes, at, length, target, start + this.#done)
      at += length
      this.#done += length
      if (this.#done < end - start) continue
      this.#pieces.pop()
      this.#done = 0
      if (target === this.#headerBytes) this.#expectRest()
      if (this.#pieces.length === 0) return { next: at, isComplete: true }
    }
    return { next: at, isComplete: false }
  }

  #copyBytes(bytes: Buffer, from: number, length: number, target: Uint8Array, to: number): void {
    const copy = this.#copy
    this.#extent[0] = from
    this.#extent[1] = length
    copy[COPY_FIRST] = 0
    copy[COPY_COUNT] = 1
    copy[COPY_SKIP] = 0
    copy[COPY_TARGET] = to
    copy[COPY_TARGET_END] = to + length
    this.#primitives.copyExtents(bytes, this.#extent, copy, target, NO_TEXT)
  }

  #expect(piece: Piece): void {
    if (piece.end > piece.start) this.#pieces.push(piece)
  }

  /** The header is there: say what follows. */
  #expectRest(): void {
    const { header } = this
    const kind = header[HANDED_KIND]
    if (kind === HANDED_FAILURE) {
      this.#expectPayload(0, header[HANDED_COUNT])
      return
    }
    if (kind === HANDED_CARRIED) this.#expectPayload(header[HANDED_START], header[HANDED_END])
    const { capacity } = this.#batch
    for (let array = 2 + 2 * header[HANDED_WANTED]; array >= 0; array--) {
      const start = 4 * capacity * array
      if (array !== 2)
        this.#expect({ target: this.#tableBytes, start, end: start + 4 * header[HANDED_COUNT] })
    }
  }

  #expectPayload(start: number, end: number): void {
    if (this.#room.length < end) this.#room = Buffer.allocUnsafeSlow(end)
    this.payload = this.#room.subarray(0, end)
    this.#expect({ target: this.payload, start, end })
  }
}
