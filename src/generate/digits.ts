const ZERO = 48

/** Write a whole number from 0 to 2^31 - 1 in decimal; returns where it ends. */
export function writeNumber(bytes: Buffer, at: number, value: number): number {
  const end = at + digitCount(value)
  for (let place = end - 1; place >= at; place--) {
    const rest = (value / 10) | 0
    bytes[place] = ZERO + value - rest * 10
    value = rest
  }
  return end
}

/** Write a whole number with leading zeros up to `width` digits. */
export function writePadded(bytes: Buffer, at: number, value: number, width: number): number {
  for (let place = at + width - 1; place >= at; place--) {
    const rest = (value / 10) | 0
    bytes[place] = ZERO + value - rest * 10
    value = rest
  }
  return at + width
}

function digitCount(value: number): number {
  if (value < 10000) return value < 100 ? (value < 10 ? 1 : 2) : value < 1000 ? 3 : 4
  if (value < 1e8) return value < 1e6 ? (value < 1e5 ? 5 : 6) : value < 1e7 ? 7 : 8
  return value < 1e9 ? 9 : 10
}
