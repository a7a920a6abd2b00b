import type { TextColumn } from '../batch/text-column.js'
import { LinemillError } from '../errors.js'
import type { Accumulator, AggregateValue, GroupedRecords } from './aggregate.js'
import { grown } from './grown.js'

/** Which text of a group is kept; none that is empty. */
export type Kept = 'first' | 'last' | 'lexmin' | 'lexmax'

/** Texts of groups as plain data. */
export interface TextsPartial {
  /** Of each text; 0 where there is none. */
  readonly lengths: Uint32Array
  readonly starts: Uint32Array
  /** How many records of the run stand before the text's. */
  readonly indexes: Float64Array
  readonly bytes: Uint8Array
}

const MOST_BYTES = 2 ** 32 - 1

/** Keeps a text of each group: that of its first record or last, or the least or greatest by its bytes. */
export class KeptTexts implements Accumulator<TextColumn> {
  readonly #kept: Kept
  #lengths: Uint32Array = new Uint32Array(0)
  #starts: Uint32Array = new Uint32Array(0)
  /** Bytes that are set aside for each text. */
  #rooms: Uint32Array = new Uint32Array(0)
  #indexes: Float64Array = new Float64Array(0)
  #bytes: Buffer = Buffer.allocUnsafeSlow(4096)
  #used = 0
  /** The batch in which each group's last text was found, where that is looked for. */
  #foundIn: Float64Array = new Float64Array(0)
  #batchCount = 0

  constructor(kept: Kept) {
    this.#kept = kept
  }

  add(records: GroupedRecords, column: TextColumn): void {
    this.#grow(records.groupCount)
    if (this.#kept === 'first') this.#addFirst(records, column)
    else if (this.#kept === 'last') this.#addLast(records, column)
    else this.#addByBytes(records, column)
  }

  partial(): TextsPartial {
    const bytes = this.#bytes.subarray(0, this.#used)
    return { lengths: this.#lengths, starts: this.#starts, indexes: this.#indexes, bytes }
  }

  combine({ lengths, starts, indexes, bytes }: TextsPartial, groupOf: Uint32Array): void {
    const texts = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    for (let from = 0; from < groupOf.length; from++) {
      const group = groupOf[from]
      this.#grow(group + 1)
      const start = starts[from]
      const end = start + lengths[from]
      if (start === end) continue
      const isByIndex = this.#kept === 'first' || this.#kept === 'last'
      const isBefore = isByIndex
        ? indexes[from] < this.#indexes[group]
        : this.#compare(group, texts, start, end) > 0
      const wantsBefore = this.#kept === 'first' || this.#kept === 'lexmin'
      if (this.#lengths[group] > 0 && isBefore !== wantsBefore) continue
      this.#keep(group, texts, start, end, indexes[from])
    }
  }

  value(group: number): AggregateValue {
    const start = this.#starts[group]
    const length = this.#lengths[group] ?? 0
    return length === 0 ? null : this.#bytes.subarray(start, start + length)
  }

  /** Records come in order. */
  #addFirst({ batch, groups, from, until }: GroupedRecords, column: TextColumn): void {
    for (let index = from; index < until; index++) {
      const group = groups[index]
      if (this.#lengths[group] === 0) this.#keepField(group, column, index, batch.runIndex(index))
    }
  }

  #addLast({ batch, groups, from, until }: GroupedRecords, column: TextColumn): void {
    const batchCount = ++this.#batchCount
    for (let index = until - 1; index >= from; index--) {
      const group = groups[index]
      if (this.#foundIn[group] === batchCount || column.isEmpty(index)) continue
      this.#foundIn[group] = batchCount
      this.#keepField(group, column, index, batch.runIndex(index))
    }
  }

  #addByBytes({ batch, groups, from, until }: GroupedRecords, column: TextColumn): void {
    for (let index = from; index < until; index++) {
      const group = groups[index]
      column.find(index)
      const { bytes, start, end } = column
      if (start === end) continue
      const order = this.#lengths[group] === 0 ? 0 : this.#compare(group, bytes, start, end)
      if (this.#lengths[group] > 0 && (this.#kept === 'lexmin' ? order <= 0 : order >= 0)) continue
      this.#keep(group, bytes, start, end, batch.runIndex(index))
    }
  }

  #keepField(group: number, column: TextColumn, index: number, runIndex: number): void {
    column.find(index)
    if (column.start < column.end) this.#keep(group, column.bytes, column.start, column.end, runIndex)
  }

  /** Below 0 where the text of a group comes before another. */
  #compare(group: number, bytes: Buffer, start: number, end: number): number {
    const own = this.#starts[group]
    return this.#bytes.compare(bytes, start, end, own, own + this.#lengths[group])
  }

  #keep(group: number, bytes: Buffer, start: number, end: number, runIndex: number): void {
    const length = end - start
    if (length > this.#rooms[group]) this.#setAside(group, length)
    bytes.copy(this.#bytes, this.#starts[group], start, end)
    this.#lengths[group] = length
    this.#indexes[group] = runIndex
  }

  /** Set twice as much aside as before, so that texts which become longer and longer leave little behind. */
  #setAside(group: number, length: number): void {
    const room = Math.max(length, 2 * this.#rooms[group])
    const used = this.#used + room
    if (used > MOST_BYTES) {
      throw new LinemillError(
        'ERR_RESOURCE',
        'the texts of the groups take more than 4 GiB: use fewer groups',
      )
    }
    if (used > this.#bytes.length) {
      const longer = Buffer.allocUnsafeSlow(Math.min(MOST_BYTES, Math.max(used, 2 * this.#bytes.length)))
      longer.set(this.#bytes.subarray(0, this.#used))
      this.#bytes = longer
    }
    this.#starts[group] = this.#used
    this.#rooms[group] = room
    this.#used = used
  }

  #grow(groupCount: number): void {
    if (groupCount <= this.#lengths.length) return
    this.#lengths = grown(this.#lengths, groupCount)
    this.#starts = grown(this.#starts, groupCount)
    this.#rooms = grown(this.#rooms, groupCount)
    this.#indexes = grown(this.#indexes, groupCount)
    this.#foundIn = grown(this.#foundIn, groupCount)
  }
}
