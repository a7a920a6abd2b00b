import { now } from './clock.js'
import { LinemillError } from './errors.js'
import { type GeneratedPiece, generatePieces, type RecordWriter } from './generate/generator.js'
import { createMeasurementsWriter } from './generate/measurements.js'
import { createNdjsonWriter } from './generate/ndjson.js'
import { createQuotedWriter } from './generate/quoted.js'
import {
  type GenerateKind,
  type GenerateOptions,
  type GenerateSettings,
  resolveGenerateOptions,
} from './generate/settings.js'
import { createTianchiWriter } from './generate/tianchi.js'
import { streamTo } from './output/stream-to.js'

export type { GenerateKind, GenerateOptions } from './generate/settings.js'
export { GENERATE_KINDS } from './generate/settings.js'

/** What `generate` wrote. */
export interface GenerateReport {
  readonly kind: GenerateKind
  /** Records, the header not counted. */
  readonly rows: number
  readonly outputBytes: number
  readonly seconds: number
}

/**
 * Write a file to try linemill on: `tianchi` (clicks, CSV), `measurements` (`station;temperature`), `ndjson` (a web
 * service's log) or `quoted` (CSV with line ends inside fields). The same kind, seed and rows give the same bytes on
 * every platform.
 *
 * @throws LinemillError ERR_USAGE, ERR_OUTPUT, ERR_CANCELLED, ERR_READER_CLOSED.
 */
export async function generate(kind: GenerateKind, options: GenerateOptions = {}): Promise<GenerateReport> {
  const settings = resolveGenerateOptions(kind, options)
  const writer = createWriter(kind, settings)
  const started = now()
  let rows = 0
  function* counted(pieces: Iterable<GeneratedPiece>): Generator<Uint8Array> {
    for (const { bytes, records } of pieces) {
      if (settings.signal?.aborted) throw new LinemillError('ERR_CANCELLED', 'generating was cancelled')
      yield bytes
      rows = records
    }
  }
  const outputBytes = await streamTo(settings.output, counted(generatePieces(writer, settings)))
  return { kind, rows, outputBytes, seconds: (now() - started) / 1000 }
}

function createWriter(kind: GenerateKind, settings: GenerateSettings): RecordWriter {
  switch (kind) {
    case 'tianchi':
      return createTianchiWriter(settings.seed)
    case 'measurements':
      return createMeasurementsWriter(settings.seed, settings.stations)
    case 'ndjson':
      return createNdjsonWriter(settings.seed)
    case 'quoted':
      return createQuotedWriter(settings.seed, settings.crlf)
  }
}
