/** Jobs that say of each record what the engine knows of it; `matrix.test.ts` says the same by the oracle. */

function place(context) {
  return `${context.lineNumber},${context.recordNumber},${context.inputOffset},`
}

/** All fields of a row, in the input's order. */
function fieldsOf(row) {
  return Object.keys(row.toJSON()).map((_, index) => row.get(index + 1))
}

/** With `--arg every=N`, every Nth record fails; with `--arg from=N`, each from the Nth on. */
function failIfTold({ recordNumber, args }) {
  if (args.every && recordNumber % Number(args.every) === 0)
    throw new Error(`told to fail at ${recordNumber}`)
  if (args.from && recordNumber >= Number(args.from)) throw new Error(`told to fail at ${recordNumber}`)
}

export const sameLine = (line, _out, context) => {
  failIfTold(context)
  return line
}

export const changedLine = {
  line: (line, _out, context) => {
    failIfTold(context)
    if (context.lineNumber % 3 === 0) return undefined
    if (context.lineNumber % 3 === 1) return `${place(context)}${JSON.stringify(line)}`
    return [line, Buffer.from(line), line]
  },
}

export const shownRecord = {
  output: [],
  record(row, out, context) {
    out.text(place(context))
    failIfTold(context)
    out.line(JSON.stringify(fieldsOf(row)))
  },
}

/** The same for ndjson, whose records need not be JSON as long as nobody reads them. */
export const shownText = {
  record(_row, out, context) {
    out.text(place(context))
    failIfTold(context)
    out.line(JSON.stringify(context.text))
  },
}

/** Goes through every way to emit, in an order that differs from record to record. */
export const copiedRecord = {
  output: [],
  record(row, out, context) {
    const { recordNumber } = context
    const columns = Object.keys(row.toJSON()).length
    if (recordNumber % 5 !== 1) out.record()
    if (recordNumber % 5 === 2) out.text('text\u20ac')
    if (recordNumber % 3 === 0) {
      for (let column = columns; column > 0; column--) out.field(column)
      out.end()
    }
    failIfTold(context)
    if (recordNumber % 7 === 3) out.bytes(Buffer.from('bytes\n'))
    if (recordNumber % 4 === 0) out.record().record()
    if (recordNumber % 6 === 0) out.row(row.get(1), recordNumber, null)
  },
}

export const copiedText = {
  record(_row, out, context) {
    if (context.recordNumber % 2 === 0) out.text('- ')
    failIfTold(context)
    out.record()
  },
}

export const shownBatch = {
  output: [],
  batch(batch, out) {
    for (let index = 0; index < batch.recordCount; index++) {
      out.text(`${batch.lineNumber(index)},${batch.recordNumber(index)},${batch.inputOffset(index)},`)
      out.at(index).record()
    }
  },
}

export const reducedRecord = {
  init: () => ({ records: 0, offsets: 0, lines: 0, characters: 0 }),
  record(_row, state, context) {
    failIfTold(context)
    state.records++
    state.offsets += context.inputOffset
    state.lines += context.lineNumber
    state.characters += context.text.length
  },
  combine: (a, b) => ({
    records: a.records + b.records,
    offsets: a.offsets + b.offsets,
    lines: a.lines + b.lines,
    characters: a.characters + b.characters,
  }),
  finish: (state) => [Object.values(state)],
}
