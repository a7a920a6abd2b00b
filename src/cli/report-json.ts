/**
 * Write a report as JSON. What JSON has no form for: a bigint becomes a number, or a string where a number would not
 * be exact; a Map an array of pairs, a Set an array, bytes base64, other typed arrays arrays.
 */
export function reportToJson(report: object): string {
  return `${JSON.stringify(report, replaceValue, 2)}\n`
}

function replaceValue(this: unknown, key: string, seen: unknown): unknown {
  // Buffers are seen after their own toJSON; the holder still has them.
  const value = (this as Record<string, unknown>)[key]
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : String(value)
  if (value instanceof Map || value instanceof Set) return [...value]
  if (value instanceof Uint8Array)
    return Buffer.from(value.buffer, value.byteOffset, value.length).toString('base64')
  if (ArrayBuffer.isView(value) && !(value instanceof DataView))
    return Array.from(value as unknown as ArrayLike<unknown>)
  return seen
}
