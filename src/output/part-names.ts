/** How the files of a directory sink are named: the index stands between. */
export interface PartTemplate {
  readonly before: string
  readonly after: string
}

/** What stands for the index in a template. */
export const INDEX_MARK = '{index}'

/** Digits of an index at least, so that few parts and many are named alike. */
const MIN_DIGITS = 4

/** Name parts so that they sort by index: all have the digits that the last one needs. */
export function partNamer({ before, after }: PartTemplate, partCount: number): (index: number) => string {
  const digits = Math.max(MIN_DIGITS, String(partCount - 1).length)
  return (index) => `${before}${String(index).padStart(digits, '0')}${after}`
}

/** Whether a template gives some part this name. */
export function isPartName({ before, after }: PartTemplate, name: string): boolean {
  if (name.length <= before.length + after.length) return false
  if (!name.startsWith(before) || !name.endsWith(after)) return false
  return /^\d+$/.test(name.slice(before.length, name.length - after.length))
}
