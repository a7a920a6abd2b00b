/** Numbers of a group that its limbs have no bits for. */
export interface Spill {
  /** Times 2^SPILL_SCALE. */
  sum: bigint
  /** Times 2^(2 * SPILL_SCALE). */
  squares: bigint
  /** The least and greatest integer beyond 2^53. */
  min: bigint | undefined
  max: bigint | undefined
}

/** Every double is a multiple of 2^-SPILL_SCALE. */
export const SPILL_SCALE = 1074

/** Let the least and greatest integer of a spill take in others. */
export function widen(spill: Spill, min: bigint, max: bigint): void {
  if (spill.min === undefined || min < spill.min) spill.min = min
  if (spill.max === undefined || max > spill.max) spill.max = max
}

const bits = new DataView(new ArrayBuffer(8))

/** A double times 2^SPILL_SCALE, which is an integer. */
export function scaleDouble(value: number): bigint {
  bits.setFloat64(0, Math.abs(value))
  const exponent = bits.getUint32(0) >>> 20
  const fraction = (bits.getUint32(0) & 0xfffff) * 2 ** 32 + bits.getUint32(4)
  const size = exponent === 0 ? BigInt(fraction) : BigInt(2 ** 52 + fraction) << BigInt(exponent - 1)
  return value < 0 ? -size : size
}
