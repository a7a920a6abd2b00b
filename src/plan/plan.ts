import { LinemillError } from '../errors.js'
import type { InputHandle } from '../input/input.js'
import type { FormatName } from '../options.js'
import type { Dialect } from '../primitives/primitives.js'

/**
 * The blocks of a run, decided before running, as plain data that crosses threads.
 *
 * Block i of an input has the nominal range [contentStart + i * blockBytes, + blockBytes), cut off at the
 * input's end, and owns every record whose first byte lies in that range:
 *
 *   blocks   |  block 0  |  block 1  |  block 2  |
 *   records  aaaaaa|bbbbbbbbbbbbbbbbbbbb|ccc|ddddd
 *   owner    0      0                    2   2          block 1 owns nothing, block 0 reads on
 */
export interface Plan {
  readonly inputs: readonly InputPlan[]
  readonly blockBytes: number
  readonly blockCount: number
  /** The boundary before block 0, where other blocks of the inputs stand before it. */
  readonly entry?: Boundary
}

/** What is known where two blocks meet. Counts are of what ended before it. */
export interface Boundary {
  /** State of the quoting automaton (layout: FIELD_START and so on). */
  readonly state: number
  /** Records of the input, blank lines that are no records not counted. */
  readonly records: number
  /** Lines of the input. */
  readonly lines: number
  /** Lines of the input that were skipped because they have no bytes. */
  readonly blanks: number
  /** Records of the run: of this input and those before it. */
  readonly runRecords: number
}

/** One input of a plan. */
export interface InputPlan {
  readonly handle: InputHandle
  /** The name as it was given, for messages. */
  readonly name: string
  readonly format: FormatName
  readonly dialect: Dialect
  readonly byteLength: number
  /** Byte offset of the first record: behind a BOM and, where records are processed, behind the header. */
  readonly contentStart: number
  /** Lines before `contentStart`. */
  readonly headerLineCount: number
  /** Lines without bytes before the header, which are skipped. */
  readonly headerBlankCount: number
  /** Column names, in the input's order. */
  readonly names: readonly string[]
  /** Fields each record should have; 0 if any number is right. */
  readonly expectedFields: number
  /** Columns whose fields are scanned: 0-based, ascending. */
  readonly wanted: readonly number[]
  /** For each column that the job reads, its place in `wanted`, or in `members`. */
  readonly slots: readonly number[]
  /** Of ndjson: names of the members that are cut out of the records' objects as fields. */
  readonly members: readonly string[]
  /** Below 0 where the plan begins behind it. */
  readonly firstBlock: number
  readonly blockCount: number
  /** Bytes of content of the inputs before this one. */
  readonly earlierBytes: number
}

/** Where a block lies. Offsets are absolute in the input. */
export interface Block {
  readonly index: number
  readonly input: InputPlan
  readonly inputIndex: number
  readonly start: number
  readonly end: number
}

/** Block indexes are tagged with two bits in one Int32 word, see region/control.ts. */
export const MAX_BLOCK_COUNT = 2 ** 29 - 2

/** Put inputs in order and number their blocks. */
export function makePlan(
  inputs: readonly Omit<InputPlan, 'firstBlock' | 'blockCount' | 'earlierBytes'>[],
  blockBytes: number,
): Plan {
  let blockCount = 0
  let byteCount = 0
  const planned = inputs.map((input) => {
    const firstBlock = blockCount
    const earlierBytes = byteCount
    const contentBytes = Math.max(0, input.byteLength - input.contentStart)
    const count = Math.ceil(contentBytes / blockBytes)
    blockCount += count
    byteCount += contentBytes
    return { ...input, firstBlock, blockCount: count, earlierBytes }
  })
  if (blockCount > MAX_BLOCK_COUNT) {
    throw new LinemillError(
      'ERR_USAGE',
      `the inputs make ${blockCount} blocks of ${blockBytes} bytes, at most ${MAX_BLOCK_COUNT} can be numbered: choose larger blocks`,
    )
  }
  return { inputs: planned, blockBytes, blockCount }
}

/** Make the plan of a plan's blocks from one on, which becomes block 0; `entry` is the boundary before it. */
export function planFrom(plan: Plan, first: number, entry: Boundary | undefined): Plan {
  const inputs = plan.inputs.map((input) => ({ ...input, firstBlock: input.firstBlock - first }))
  const { blockBytes, blockCount } = plan
  return { inputs, blockBytes, blockCount: blockCount - first, ...(entry !== undefined && { entry }) }
}

/** Find a block's input and range. `hint` is an input index to look at first. */
export function blockAt(plan: Plan, index: number, hint = 0): Block {
  let inputIndex = hint
  if (!contains(plan.inputs[inputIndex], index)) inputIndex = findInput(plan, index)
  const input = plan.inputs[inputIndex] as InputPlan
  const start = input.contentStart + (index - input.firstBlock) * plan.blockBytes
  const end = Math.min(start + plan.blockBytes, input.byteLength)
  return { index, input, inputIndex, start, end }
}

function contains(input: InputPlan | undefined, index: number): boolean {
  return input !== undefined && index >= input.firstBlock && index < input.firstBlock + input.blockCount
}

function findInput(plan: Plan, index: number): number {
  let low = 0
  let high = plan.inputs.length - 1
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if ((plan.inputs[middle] as InputPlan).firstBlock <= index) low = middle
    else high = middle - 1
  }
  return low
}
