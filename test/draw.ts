/** Draws of test settings, the same ones each time. */

/** Draws whole numbers below a bound. */
export type Draw = (bound: number) => number

/** Make draws from a seed (mulberry32). */
export function makeDraw(seed: number): Draw {
  let state = seed >>> 0
  return (bound) => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) % bound
  }
}

export function drawFrom<T>(draw: Draw, values: readonly T[]): T {
  return values[draw(values.length)]
}

/** A seed that a name stands for. */
export function hashText(text: string): number {
  let value = 0
  for (const character of text) value = (Math.imul(value, 31) + character.charCodeAt(0)) | 0
  return value
}
