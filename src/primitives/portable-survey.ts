/** The plain twin of `surveyFields`; see portable.ts. */
import { NO_BYTE, NO_INDEX } from '../layout.js'
import {
  SURVEY_CAPACITY,
  SURVEY_FILLED,
  SURVEY_FROM,
  SURVEY_GREATEST,
  SURVEY_HASH_WORDS,
  SURVEY_LEAST,
  SURVEY_LONGEST,
  SURVEY_QUOTE,
  SURVEY_SHORTEST,
  SURVEY_UNTIL,
  SURVEY_WORD,
} from '../survey-layout.js'
import { asBuffer } from './portable-select.js'
import type { Primitives } from './primitives.js'
import { unquote, unquoted } from './unquote.js'

const EMPTY = Buffer.alloc(0)

export const surveyFields: Primitives['surveyFields'] = (all, table, survey, hashes) => {
  const word = survey[SURVEY_WORD]
  const capacity = survey[SURVEY_CAPACITY]
  const quote = survey[SURVEY_QUOTE]
  const buffer = asBuffer(all)
  let least = EMPTY
  let greatest = EMPTY
  survey[SURVEY_FILLED] = 0
  survey[SURVEY_SHORTEST] = NO_INDEX
  survey[SURVEY_LONGEST] = 0
  survey[SURVEY_LEAST] = NO_INDEX
  survey[SURVEY_GREATEST] = NO_INDEX
  for (let record = survey[SURVEY_FROM]; record < survey[SURVEY_UNTIL]; record++) {
    let bytes = buffer
    let start = table[word + record]
    let end = table[word + capacity + record]
    if (quote !== NO_BYTE && start < end && bytes[start] === quote) {
      unquote(bytes, start, end, quote)
      ;({ bytes, start, end } = unquoted)
    }
    if (start === end) continue
    hashBytes(bytes, start, end, hashes, SURVEY_HASH_WORDS * survey[SURVEY_FILLED]++)
    survey[SURVEY_SHORTEST] = Math.min(survey[SURVEY_SHORTEST], end - start)
    survey[SURVEY_LONGEST] = Math.max(survey[SURVEY_LONGEST], end - start)
    // Copied: what was unquoted is valid until the next is.
    if (least === EMPTY || bytes.compare(least, 0, least.length, start, end) < 0) {
      least = Buffer.from(bytes.subarray(start, end))
      survey[SURVEY_LEAST] = record
    }
    if (greatest === EMPTY || bytes.compare(greatest, 0, greatest.length, start, end) > 0) {
      greatest = Buffer.from(bytes.subarray(start, end))
      survey[SURVEY_GREATEST] = record
    }
  }
}

function turn(word: number, count: number): number {
  return (word << count) | (word >>> (32 - count))
}

function mix(word: number): number {
  const one = Math.imul(word ^ (word >>> 16), 0x85ebca6b)
  const other = Math.imul(one ^ (one >>> 13), 0xc2b2ae35)
  return other ^ (other >>> 16)
}

/** Two hashes of 32 bits that know of each other, after MurmurHash3 (Appleby); never both 0. */
function hashBytes(bytes: Buffer, start: number, end: number, hashes: Uint32Array, at: number): void {
  let one = 0x9747b28c
  let other = 0x3c6ef372
  for (let from = start; from < end; from += 4) {
    let word = 0
    const until = Math.min(end, from + 4)
    for (let index = from; index < until; index++) word |= bytes[index] << (8 * (index - from))
    one =
      Math.imul(turn(one ^ Math.imul(turn(Math.imul(word, 0xcc9e2d51), 15), 0x1b873593), 13), 5) + 0xe6546b64
    other =
      Math.imul(turn(other ^ Math.imul(turn(Math.imul(word, 0x239b961b), 16), 0xab0e9789), 17), 5) +
      0x0bcaa747
  }
  const length = end - start
  const sum = (one ^ length) + (other ^ length)
  const first = mix(sum | 0)
  const second = mix((sum + (other ^ length)) | 0)
  hashes[at] = first + second + (first === 0 && second === 0 ? 1 : 0)
  hashes[at + 1] = first + second + second
}
