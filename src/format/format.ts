import { extname } from 'node:path'
import { LinemillError } from '../errors.js'
import { NO_BYTE } from '../layout.js'
import type { FormatName } from '../options.js'
import type { Dialect } from '../primitives/primitives.js'

/** What decides an input's format: the options, or what a job says of itself. */
export interface FormatChoice {
  readonly format: 'auto' | FormatName
  readonly delimiter: string | undefined
  /** `null` for no quoting, `undefined` for the format's own. */
  readonly quote: string | null | undefined
  readonly header: boolean
  readonly names: readonly string[] | undefined
}

const COMPRESSION_SUFFIXES = new Set(['.gz', '.zst', '.zstd', '.bz2', '.xz'])

const FORMATS_BY_EXTENSION: Readonly<Record<string, FormatName>> = {
  '.csv': 'csv',
  '.tsv': 'tsv',
  '.tab': 'tsv',
  '.ndjson': 'ndjson',
  '.jsonl': 'ndjson',
}

/** Choose a format by a file's extension; a compression suffix is looked through. */
export function formatOf(name: string): FormatName {
  let extension = extname(name).toLowerCase()
  if (COMPRESSION_SUFFIXES.has(extension)) extension = extname(name.slice(0, -extension.length)).toLowerCase()
  return FORMATS_BY_EXTENSION[extension] ?? 'lines'
}

/** Whether a format's records have fields that a delimiter parts. */
export function hasFields(format: FormatName): boolean {
  return format === 'csv' || format === 'tsv'
}

/**
 * The bytes that have a meaning in a format.
 *
 * @throws LinemillError ERR_USAGE if delimiter and quote are one character, or the format has no use for them.
 */
export function dialectOf(format: FormatName, choice: FormatChoice): Dialect {
  if (!hasFields(format)) {
    return { delimiter: NO_BYTE, quote: NO_BYTE, skipsBlank: format === 'ndjson' }
  }
  const delimiter = choice.delimiter ?? (format === 'csv' ? ',' : '\t')
  const quote = choice.quote === undefined ? (format === 'csv' ? '"' : null) : choice.quote
  if (delimiter === quote) {
    throw new LinemillError(
      'ERR_USAGE',
      `\`delimiter\` and \`quote\` must differ, both are ${JSON.stringify(quote)}`,
    )
  }
  return {
    delimiter: delimiter.charCodeAt(0),
    quote: quote === null ? NO_BYTE : quote.charCodeAt(0),
    skipsBlank: true,
  }
}
