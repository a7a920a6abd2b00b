import type { Batch } from '../batch/batch.js'
import type { WorkerRecord } from '../region/worker-record.js'

type Call = (subject: unknown, target: unknown, context: { readonly index: number }) => unknown

/**
 * Let each call of a user's function be told of in its worker's record, so that the main thread sees one that does
 * not return.
 *
 * @param kind of what the function is called with; a batch is told of by its first record.
 */
export function watchedCall(
  call: Call,
  batch: Batch,
  worker: WorkerRecord,
  kind: 'line' | 'record' | 'batch',
): Call {
  const isLine = kind === 'line'
  const isBatch = kind === 'batch'
  return (subject, target, context) => {
    const { index } = context
    const start = batch.start(index)
    const recordNumber = isLine ? 0 : batch.recordNumber(index)
    const recordCount = isBatch ? batch.recordCount - index : 1
    worker.beginCall(batch.base + start, batch.end(index) - start, recordNumber, recordCount)
    try {
      return call(subject, target, context)
    } finally {
      worker.endCall()
    }
  }
}
