import { NAME_WORDS, NAMES_COUNT, NAMES_WORDS } from '../predicate-layout.js'

/** Write the names of members that are to be cut out of ndjson (layout: NAMES_). */
export function writeNames(names: readonly string[]): Uint32Array {
  const texts = names.map((name) => Buffer.from(name))
  let at = 4 * (NAMES_WORDS + NAME_WORDS * names.length)
  const byteLength = texts.reduce((sum, { length }) => sum + length, at)
  const words = new Uint32Array(Math.ceil(byteLength / 4))
  const bytes = new Uint8Array(words.buffer)
  words[NAMES_COUNT] = names.length
  for (const [index, text] of texts.entries()) {
    words.set([at, text.length], NAMES_WORDS + NAME_WORDS * index)
    bytes.set(text, at)
    at += text.length
  }
  return words
}
