import type { Batch } from '../batch/batch.js'
import { decodeText } from '../batch/text.js'
import { LinemillError } from '../errors.js'
import type { Primitives } from '../primitives/primitives.js'
import { isThenable, UserKernel, type UserKernelParts, wrongReturn } from './user-kernel.js'

/** One string of this length is decoded, then sliced: larger ones leave V8's young generation and cost more. */
const PIECE_BYTES = 64 * 1024

/** Longest string that V8 makes (2^29 - 24 characters). */
const MAX_STRING_BYTES = 2 ** 29 - 24

type Call = (line: string, target: unknown, context: unknown) => unknown

/**
 * Runs a function of a line. ASCII text is decoded a piece at a time and sliced. A line that comes back unchanged is
 * copied from the input byte for byte, so that filtering costs no encoding and keeps bytes that are no UTF-8.
 */
export class LineKernel extends UserKernel {
  readonly #call: Call
  readonly #target: unknown
  readonly #isReduction: boolean
  readonly #primitives: Primitives

  /** `state` is what the function gets instead of the emitter in a reduction. */
  constructor(parts: UserKernelParts, call: Call, primitives: Primitives, reduction?: { state: unknown }) {
    super(parts)
    this.#call = call
    this.#primitives = primitives
    this.#isReduction = reduction !== undefined
    this.#target = reduction === undefined ? parts.emitter : reduction.state
  }

  protected override run(batch: Batch, from: number, until: number): void {
    const { table, capacity, bytes } = batch
    let first = from
    while (first < until) {
      const start = table[first]
      const next = behindPiece(batch, first, until)
      const end = table[capacity + next - 1]
      this.context.index = first
      if (end - start <= PIECE_BYTES && this.#primitives.isAscii(bytes, start, end)) {
        this.#runAscii(batch, first, next, bytes.latin1Slice(start, end))
      } else {
        this.#runDecoding(batch, first, next)
      }
      first = next
    }
  }

  #runAscii(batch: Batch, first: number, next: number, piece: string): void {
    const { table, capacity } = batch
    const { context, emitter } = this
    const call = this.#call
    const target = this.#target
    const isReduction = this.#isReduction
    const base = table[first]
    for (let index = first; index < next; index++) {
      context.index = index
      this.checkCancelled()
      emitter.beginRecord(index)
      const line = piece.slice(table[index] - base, table[capacity + index] - base)
      const result = call(line, target, context)
      if (isReduction) this.#checkNothing(result)
      else if (result !== line) this.#emit(result)
      else emitter.keepLine(line)
    }
    emitter.releaseLines(next)
  }

  #runDecoding(batch: Batch, first: number, next: number): void {
    const { table, capacity, bytes } = batch
    const { context, emitter } = this
    for (let index = first; index < next; index++) {
      context.index = index
      this.checkCancelled()
      emitter.beginRecord(index)
      const start = table[index]
      const end = table[capacity + index]
      if (end - start > MAX_STRING_BYTES) throw tooLong(end - start)
      const line = decodeText(bytes, start, end)
      const result = this.#call(line, this.#target, context)
      if (this.#isReduction) this.#checkNothing(result)
      else if (result === line) emitter.inputLine(index)
      else this.#emit(result)
    }
  }

  #emit(result: unknown): void {
    this.emitter.releaseLines(this.emitter.index)
    this.emitter.endRecord()
    if (typeof result === 'string') this.emitter.line(result)
    else if (Array.isArray(result)) for (const line of result) this.#emitOne(line)
    else if (result !== undefined && result !== null) this.#emitOne(result)
  }

  #emitOne(line: unknown): void {
    if (typeof line === 'string') this.emitter.line(line)
    else if (line instanceof Uint8Array) this.emitter.bytes(line).text('\n')
    else throw wrongReturn('a line function', 'string, undefined, array of strings or Uint8Array', line)
  }

  #checkNothing(result: unknown): void {
    if (isThenable(result)) throw wrongReturn('a line function', 'nothing', result)
  }
}

/** The record behind those from `first` on, one at least and before `until`, that a piece has room for. */
function behindPiece({ table, capacity }: Batch, first: number, until: number): number {
  const pieceEnd = table[first] + PIECE_BYTES
  let fitting = first + 1
  let beyond = until + 1
  while (fitting + 1 < beyond) {
    const middle = (fitting + beyond) >>> 1
    if (table[capacity + middle - 1] <= pieceEnd) fitting = middle
    else beyond = middle
  }
  return fitting
}

function tooLong(byteLength: number): LinemillError {
  return new LinemillError(
    'ERR_RECORD_TOO_LARGE',
    `a line of ${byteLength} bytes makes no string, at most ${MAX_STRING_BYTES} bytes do: use a batch function, which sees bytes`,
  )
}
