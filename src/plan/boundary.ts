import type { InputReader } from '../input/input.js'
import {
  FIELD_START,
  PHASE_BOUNDARY,
  PHASE_CLAIMED,
  PHASE_SUMMARY,
  RECORD_COUNTS,
  RECORD_EXIT_STATE,
  STATE_COUNT,
  SUMMARY_BLANKS,
  SUMMARY_ENDS,
  SUMMARY_EXITS,
  SUMMARY_LINES,
  SUMMARY_WORDS,
} from '../layout.js'
import type { Primitives } from '../primitives/primitives.js'
import type { Control } from '../region/control.js'
import { type Block, type Boundary, blockAt, type InputPlan, type Plan } from './plan.js'

export type { Boundary } from './plan.js'

/** The boundary before the first block of an input. */
export function inputBoundary(input: InputPlan, runRecords: number): Boundary {
  const { headerLineCount: lines, headerBlankCount: blanks } = input
  return { state: FIELD_START, records: 0, lines, blanks, runRecords }
}

/** What a block's summary makes of the boundary before it: the boundary behind it. */
export function composeBoundary(before: Boundary, summary: Uint32Array, skipsBlank: boolean): Boundary {
  const { state } = before
  const blanks = skipsBlank ? (summary[SUMMARY_BLANKS + state] as number) : 0
  const records = (summary[SUMMARY_ENDS + state] as number) - blanks
  return {
    state: ((summary[SUMMARY_EXITS] as number) >> (2 * state)) & 3,
    records: before.records + records,
    lines: before.lines + (summary[SUMMARY_LINES] as number),
    blanks: before.blanks + blanks,
    runRecords: before.runRecords + records,
  }
}

const LINE_FEED = 10

/** Loads of a predecessor's state word before its summary is computed here; some microseconds. */
const SPINS = 2000

/**
 * Finds the exact boundary before each block in one pass over the input, by a prefix scan over the automaton's
 * states with look-back (Hillis and Steele 1986; Merrill and Garland 2016; Stehle and Jacobsen 2020).
 */
export class BoundaryFinder {
  readonly #plan: Plan
  readonly #control: Control
  readonly #primitives: Primitives
  readonly #readerOf: (inputIndex: number) => InputReader

  constructor(
    plan: Plan,
    control: Control,
    primitives: Primitives,
    readerOf: (inputIndex: number) => InputReader,
  ) {
    this.#plan = plan
    this.#control = control
    this.#primitives = primitives
    this.#readerOf = readerOf
  }

  /**
   * Summarise a claimed block, look back for the boundary before it, and publish the boundary behind it.
   * Call once for each claimed block, by the worker that claimed it.
   */
  resolve(block: Block): { before: Boundary; after: Boundary } {
    const summary = this.#control.summary(block.index)
    this.#summarize(block, summary)
    this.#control.setPhase(block.index, PHASE_SUMMARY)
    const before = this.#lookBack(block)
    const after = composeBoundary(before, summary, block.input.dialect.skipsBlank)
    this.#publish(block.index, after)
    return { before, after }
  }

  /**
   * Find the blocks, with the boundaries before them, one of which owns the last record of an input: the last that
   * a record or blank line ends in, the one behind it, and the last of all. Goes through the whole input; for error messages only.
   */
  lastRecordOwners(last: Block): { block: Block; before: Boundary }[] {
    const summary = new Uint32Array(SUMMARY_WORDS)
    let owners: { block: Block; before: Boundary }[] = []
    let before = inputBoundary(last.input, 0)
    for (let index = last.input.firstBlock; index <= last.index; index++) {
      const block = blockAt(this.#plan, index, last.inputIndex)
      this.#summarize(block, summary)
      if (owners.length < 2) owners.push({ block, before })
      const after = composeBoundary(before, summary, block.input.dialect.skipsBlank)
      const hasEnd = after.records + after.blanks > before.records + before.blanks
      if (hasEnd && index < last.index) owners = [{ block, before }]
      if (index === last.index && owners.at(-1)?.block.index !== index) owners.push({ block, before })
      before = after
    }
    return owners
  }

  #summarize(block: Block, summary: Uint32Array): void {
    summarizeBlock(block, this.#readerOf(block.inputIndex), this.#primitives, summary)
  }

  /**
   * Walk back to a block whose exit boundary is known, then compose forward again. A summary that is missing is
   * computed here: it is pure, so nobody has to wait for a slow or dead worker.
   */
  #lookBack(block: Block): Boundary {
    const passed: Uint32Array[] = []
    let known = block.index - 1
    for (; known >= 0; known--) {
      const phase = this.#settledPhase(known)
      if (phase >= PHASE_BOUNDARY) break
      passed.push(this.#summaryOf(known, phase))
    }
    let boundary = known < 0 ? this.#plan.entry : readBoundary(this.#control, known)
    for (let next = known + 1; ; next++) {
      const { input } = blockAt(this.#plan, next, block.inputIndex)
      if (boundary === undefined || next === input.firstBlock) {
        boundary = inputBoundary(input, boundary?.runRecords ?? 0)
      }
      if (next === block.index) return boundary
      boundary = composeBoundary(boundary, passed.pop() as Uint32Array, input.dialect.skipsBlank)
    }
  }

  /** A predecessor's phase, after waiting a few microseconds for a summary that is under way. */
  #settledPhase(index: number): number {
    let phase = this.#control.phase(index)
    for (let spin = 0; spin < SPINS && phase === PHASE_CLAIMED; spin++) phase = this.#control.phase(index)
    return phase
  }

  #summaryOf(index: number, phase: number): Uint32Array {
    if (phase >= PHASE_SUMMARY) return this.#control.summary(index).slice()
    const summary = new Uint32Array(SUMMARY_WORDS)
    this.#summarize(blockAt(this.#plan, index), summary)
    return summary
  }

  #publish(index: number, after: Boundary): void {
    const { words, doubles } = this.#control
    const record = this.#control.recordOf(index)
    const counts = (record + RECORD_COUNTS) / 2
    words[record + RECORD_EXIT_STATE] = after.state
    doubles[counts] = after.records
    doubles[counts + 1] = after.lines
    doubles[counts + 2] = after.blanks
    doubles[counts + 3] = after.runRecords
    this.#control.setPhase(index, PHASE_BOUNDARY)
  }
}

/** Summarise a block. The end of an input ends its last record. */
export function summarizeBlock(
  block: Block,
  reader: InputReader,
  primitives: Primitives,
  summary: Uint32Array,
): void {
  const { contentStart, dialect, byteLength } = block.input
  const from = Math.max(contentStart, block.start - 2)
  const { bytes, base } = reader.window(from, block.end)
  const range = { start: block.start - base, end: block.end - base, contentStart: contentStart - base }
  primitives.summarize(bytes, range, dialect, summary)
  if (block.end === byteLength) endAtInputEnd(summary, bytes[range.end - 1] as number)
}

/** Count the end of an input as the end of its last line and record, where no line feed ends them. */
export function endAtInputEnd(summary: Uint32Array, lastByte: number): void {
  if (lastByte !== LINE_FEED) summary[SUMMARY_LINES] = (summary[SUMMARY_LINES] as number) + 1
  for (let state = 0; state < STATE_COUNT; state++) {
    const exit = ((summary[SUMMARY_EXITS] as number) >> (2 * state)) & 3
    if (exit !== FIELD_START || lastByte !== LINE_FEED) {
      summary[SUMMARY_ENDS + state] = (summary[SUMMARY_ENDS + state] as number) + 1
    }
  }
}

/** Lines of the input before a block, whose phase must be PHASE_BOUNDARY or later. */
export function linesBefore(control: Control, index: number): number {
  return readBoundary(control, index).lines - control.summary(index)[SUMMARY_LINES]
}

/** Read the boundary that was published behind a block; its phase must be PHASE_BOUNDARY or later. */
export function readBoundary(control: Control, index: number): Boundary {
  const record = control.recordOf(index)
  const counts = (record + RECORD_COUNTS) / 2
  const { words, doubles } = control
  return {
    state: words[record + RECORD_EXIT_STATE] as number,
    records: doubles[counts] as number,
    lines: doubles[counts + 1] as number,
    blanks: doubles[counts + 2] as number,
    runRecords: doubles[counts + 3] as number,
  }
}
