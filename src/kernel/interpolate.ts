/** Find what stands between two numbers that do not fall, so much of the way from 0 up to 1; it is never infinite. */
export function interpolate(low: number, high: number, share: number): number {
  if (low === high || share === 0) return low
  const distance = high - low
  return Number.isFinite(distance) ? low + distance * share : low * (1 - share) + high * share
}
