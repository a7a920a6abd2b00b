import type { Batch } from '../batch/batch.js'
import { ExtentList, RANGE_EXTENTS } from '../batch/extent-list.js'
import { EXTENT_OF_TEXT, EXTENT_THEN_LINE_FEED, EXTENT_THEN_NOTHING } from '../layout.js'
import type { InputPlan } from '../plan/plan.js'
import type { Primitives } from '../primitives/primitives.js'
import type { SlotWriter } from '../region/slot-writer.js'
import type { Kernel } from './kernel.js'

/** Which members make an object of the output, in their order. */
export interface SelectMembersDescription {
  readonly name: 'select-members'
  readonly names: readonly string[]
}

const QUOTE = 34

/** A piece of an object that is the same in each. */
interface Piece {
  readonly start: number
  readonly length: number
}

/** Writes objects of ndjson with the members that are wanted, as they are written in the input; a missing one stays out. */
export class SelectMembersKernel implements Kernel {
  readonly errors = 0
  readonly #writer: SlotWriter
  readonly #extents: ExtentList
  readonly #text: Buffer
  /** What stands before each member where it is the object's first one, and where it is another. */
  readonly #firsts: readonly Piece[]
  readonly #others: readonly Piece[]
  readonly #empty: Piece
  readonly #end: Piece
  #slots: readonly number[] = []

  constructor({ names }: SelectMembersDescription, writer: SlotWriter, primitives: Primitives) {
    this.#writer = writer
    this.#extents = new ExtentList(primitives, 0)
    const written: string[] = []
    let length = 0
    const piece = (text: string): Piece => {
      written.push(text)
      length += Buffer.byteLength(text)
      return { start: length - Buffer.byteLength(text), length: Buffer.byteLength(text) }
    }
    this.#firsts = names.map((name) => piece(`{${JSON.stringify(name)}:`))
    this.#others = names.map((name) => piece(`,${JSON.stringify(name)}:`))
    this.#empty = piece('{}')
    this.#end = piece('}')
    this.#text = Buffer.from(written.join(''))
  }

  useInput({ slots }: InputPlan): void {
    this.#slots = slots
  }

  process(batch: Batch): void {
    const { recordCount } = batch
    for (let record = 0; record < recordCount; record++) this.#addObject(batch, record)
    this.#write(batch)
  }

  #addObject(batch: Batch, record: number): void {
    const { bytes, table, capacity } = batch
    const count = this.#firsts.length
    const recordEnd = table[capacity + record]
    let pieces = this.#firsts
    for (let column = 0; column < count; column++) {
      const word = (3 + 2 * this.#slots[column]) * capacity + record
      let start = table[word]
      let end = table[word + capacity]
      if (bytes[start - 1] === QUOTE) {
        start--
        end++
      } else if (start === end) {
        if (start === recordEnd) continue // it is missing
        end += 4 // null
      }
      if (!this.#extents.hasRoomFor(RANGE_EXTENTS + 2)) this.#write(batch)
      this.#addPiece(pieces[column], 0)
      this.#extents.add(start, end, EXTENT_THEN_NOTHING)
      pieces = this.#others
    }
    if (!this.#extents.hasRoomFor(1)) this.#write(batch)
    this.#addPiece(pieces === this.#firsts ? this.#empty : this.#end, EXTENT_THEN_LINE_FEED)
  }

  #addPiece({ start, length }: Piece, then: number): void {
    this.#extents.put(this.#extents.count++, start, EXTENT_OF_TEXT | length | then)
  }

  #write({ bytes }: Batch): void {
    this.#extents.writeTo(this.#writer, { bytes, text: this.#text })
    this.#extents.count = 0
  }

  fail(thrown: unknown): never {
    throw thrown
  }

  abandonBlock(): void {
    this.#extents.count = 0
  }
}
