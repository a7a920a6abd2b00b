import { decodeExcerpt } from '../batch/text.js'
import { LinemillError, type Position } from '../errors.js'
import { openReader } from '../input/open.js'
import { linesBefore } from '../plan/boundary.js'
import { type Block, blockAt } from '../plan/plan.js'
import type { Region } from '../region/region.js'
import type { CallSubject, WorkerRecord } from '../region/worker-record.js'
import type { Prepared } from './prepare.js'

/** Bytes that are read at a time to count the lines before a record. */
const PIECE_BYTES = 2 ** 20

/**
 * Say of an error where its worker is, or was when it was last seen, since it cannot tell: at the record that its
 * function was called for, where calls are watched, or in its block.
 */
export function atLastSeen(
  error: LinemillError,
  prepared: Prepared,
  region: Region,
  worker: WorkerRecord,
): LinemillError {
  const block = blockAt(prepared.plan, worker.blockIndex)
  const { code, message, cause } = error
  if (worker.isInCall) {
    const place = placeOf(prepared, region, block, worker.subject)
    if (place !== undefined) return new LinemillError(code, message, { ...place, cause })
  }
  const place = `it was between bytes ${block.start} and ${block.end} of ${block.input.name}`
  return new LinemillError(code, `${message}; ${place}`, { cause })
}

/** The position of the record that a call is about, and the record; undefined if the input cannot be read again. */
function placeOf(
  prepared: Prepared,
  region: Region,
  block: Block,
  subject: CallSubject,
): { position: Position; excerpt: string } | undefined {
  const { handle, name } = block.input
  const { offset, byteLength, recordNumber } = subject
  const reader = openReader(handle)
  try {
    let lineNumber = linesBefore(region.control, block.index) + 1
    for (let from = block.start; from < offset; from += PIECE_BYTES) {
      const end = Math.min(offset, from + PIECE_BYTES)
      const { bytes, base } = reader.window(from, end)
      lineNumber += prepared.primitives.countLineFeeds(bytes, from - base, end - base)
    }
    const { bytes, base } = reader.window(offset, Math.min(handle.byteLength, offset + PIECE_BYTES))
    const excerpt = decodeExcerpt(bytes, offset - base, byteLength)
    const position = { inputName: name, lineNumber, inputOffset: offset }
    if (reader.isFaulted()) return undefined
    return { position: recordNumber > 0 ? { ...position, recordNumber } : position, excerpt }
  } catch {
    return undefined // truncated meanwhile; what the error says is more
  } finally {
    reader.close()
  }
}
