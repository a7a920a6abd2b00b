/** Batch jobs that say of each record where it is and, if it is short, what it is. A hole makes no string. */

function show(batch, index) {
  const start = batch.start(index)
  const end = batch.end(index)
  const text = JSON.stringify(end - start < 1000 ? batch.bytes.latin1Slice(start, end) : end - start)
  return [batch.lineNumber(index), batch.recordNumber(index), batch.inputOffset(index), text].join()
}

export const shown = {
  output: [],
  columns: {},
  batch(batch, out) {
    for (let index = 0; index < batch.recordCount; index++) out.line(show(batch, index))
  },
}

export const failing = {
  columns: {},
  batch(batch) {
    if (batch.inputOffset(0) >= 2 ** 32) throw new Error('far')
  },
}
