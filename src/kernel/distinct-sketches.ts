import type { TextColumn } from '../batch/text-column.js'
import type { Primitives } from '../primitives/primitives.js'
import {
  SURVEY_CAPACITY,
  SURVEY_FROM,
  SURVEY_HASH_WORDS,
  SURVEY_QUOTE,
  SURVEY_UNTIL,
  SURVEY_WORD,
  SURVEY_WORDS,
} from '../survey-layout.js'
import type { Accumulator, GroupedRecords } from './aggregate.js'
import { type DistinctPartial, DistinctSketch } from './distinct-sketch.js'
import { grown } from './grown.js'

/**
 * Distinct values of a group up to here are counted exactly: fewer than in `stats`, since there may be many groups. The
 * set of so many takes as much memory as the registers that come after it.
 */
export const EXACT_IN_GROUP = 1024

/** Sketches of groups as plain data: those that are exact together, not an object each. */
export interface DistinctSketchesPartial {
  /** How many hashes each group has among `hashes`, where the groups stand one behind the other. */
  readonly counts: Uint32Array
  readonly hashes: Uint32Array
  readonly estimated: ReadonlyMap<number, DistinctPartial>
}

/** Estimates how many values of each group differ: a sketch for each that has any. */
export class DistinctSketches implements Accumulator<TextColumn> {
  readonly #primitives: Primitives
  readonly #sketches: (DistinctSketch | undefined)[] = []
  readonly #survey = new Uint32Array(SURVEY_WORDS)
  #hashes = new Uint32Array(0)

  constructor(primitives: Primitives) {
    this.#primitives = primitives
  }

  add({ batch, groups, from, until, groupCount }: GroupedRecords, column: TextColumn): void {
    const { bytes, table, capacity } = batch
    const survey = this.#survey
    if (this.#hashes.length < SURVEY_HASH_WORDS * capacity) {
      this.#hashes = new Uint32Array(SURVEY_HASH_WORDS * capacity)
    }
    survey[SURVEY_FROM] = from
    survey[SURVEY_UNTIL] = until
    survey[SURVEY_WORD] = column.word
    survey[SURVEY_CAPACITY] = capacity
    survey[SURVEY_QUOTE] = column.quote
    this.#primitives.surveyFields(bytes, table, survey, this.#hashes)
    this.#grow(groupCount)
    // Fields that are empty have no hash.
    let at = 0
    for (let index = from; index < until; index++) {
      if (column.isEmpty(index)) continue
      this.#sketchOf(groups[index]).addHash(this.#hashes[at], this.#hashes[at + 1])
      at += SURVEY_HASH_WORDS
    }
  }

  partial(): DistinctSketchesPartial {
    const counts = new Uint32Array(this.#sketches.length)
    const estimated = new Map<number, DistinctPartial>()
    let hashes = new Uint32Array(0)
    let used = 0
    for (const [group, sketch] of this.#sketches.entries()) {
      if (sketch === undefined) continue
      const partial = sketch.partial()
      if (partial.registers !== undefined) {
        estimated.set(group, partial)
        continue
      }
      hashes = grown(hashes, used + partial.hashes.length)
      for (let at = 0; at < partial.hashes.length; at += SURVEY_HASH_WORDS) {
        if (partial.hashes[at] === 0 && partial.hashes[at + 1] === 0) continue
        hashes[used++] = partial.hashes[at]
        hashes[used++] = partial.hashes[at + 1]
        counts[group]++
      }
    }
    return { counts, hashes: hashes.slice(0, used), estimated }
  }

  combine({ counts, hashes, estimated }: DistinctSketchesPartial, groupOf: Uint32Array): void {
    let start = 0
    for (const [from, count] of counts.entries()) {
      if (count === 0) continue
      const end = start + SURVEY_HASH_WORDS * count
      this.#sketchOf(groupOf[from]).add(hashes.subarray(start, end), count)
      start = end
    }
    for (const [from, partial] of estimated) this.#sketchOf(groupOf[from]).combine(partial)
  }

  value(group: number): number {
    return this.#sketches[group]?.result().count ?? 0
  }

  #sketchOf(group: number): DistinctSketch {
    this.#grow(group + 1)
    this.#sketches[group] ??= new DistinctSketch(EXACT_IN_GROUP)
    return this.#sketches[group]
  }

  /** Leave no holes, which would make a dictionary of the array. */
  #grow(groupCount: number): void {
    while (this.#sketches.length < groupCount) this.#sketches.push(undefined)
  }
}
