import { LinemillError, type Position } from '../errors.js'
import { NO_BYTE } from '../layout.js'
import type { FormatName } from '../options.js'
import type { InputPlan } from '../plan/plan.js'
import type { Batch } from './batch.js'
import type { Column, Cursor, Row } from './cursor.js'
import { type ColumnState, makeFieldKind } from './field.js'
import { decodeFloat } from './float.js'
import { decodeBigint } from './integer.js'
import { IntegerColumn } from './integer-column.js'
import { ColumnNames } from './names.js'
import { makeRow } from './row-members.js'
import { decodeString } from './text.js'
import { decodeBoolean, type FieldValue } from './value.js'

/** In the format lines, the line is the one column; its range is the record's. */
const LINE_WORD = 0

function lineColumns(columns: readonly Column[]): readonly Column[] {
  const other = columns.find(({ name }) => name !== 'line')
  if (other === undefined) return columns.length > 0 ? columns : [{ name: 'line', type: 'string' }]
  throw new LinemillError(
    'ERR_USAGE',
    `lines have one column, line, found a column ${JSON.stringify(other.name)}; is the format csv?`,
  )
}

/** Moves a row over csv, tsv and lines. Fields are decoded whenever they are read; nothing is kept. */
export class RowCursor implements Cursor {
  readonly row: Row
  index = 0
  readonly #batch: Batch
  readonly #states: readonly ColumnState[]
  readonly #names: ColumnNames
  readonly #isLines: boolean
  readonly #locate: (() => Position) | undefined

  /** `locate` tells where the record at hand is, for errors. */
  constructor(batch: Batch, columns: readonly Column[], format: FormatName, locate?: () => Position) {
    this.#locate = locate
    this.#isLines = format === 'lines'
    const shown = this.#isLines ? lineColumns(columns) : columns
    this.#batch = batch
    this.#states = shown.map(({ name, type }) => ({
      kind: makeFieldKind(name, type, NO_BYTE, locate),
      word: LINE_WORD,
    }))
    this.#names = new ColumnNames(shown.map(({ name }) => name))
    this.#names.useFieldNames(this.#isLines ? ['line'] : [])
    this.row = makeRow(
      this.#names,
      this.#states.map((state) => makeGetter(batch, this, state)),
    )
  }

  useInput(input: InputPlan, slots: ArrayLike<number>, fieldNames: readonly string[]): void {
    if (this.#isLines) return
    this.#names.useFieldNames(fieldNames)
    for (const [index, state] of this.#states.entries()) {
      state.kind = makeFieldKind(state.kind.name, state.kind.type, input.dialect.quote, this.#locate)
      state.word = (3 + 2 * slots[index]) * this.#batch.capacity
    }
  }

  fieldWord(column: string | number): number {
    return this.#states[this.#names.indexOf(column)].word
  }
}

/**
 * Make the function that decodes a column of the record at hand. Each decoder has a function literal of its own,
 * so that V8 learns about each apart and inlines it.
 */
function makeGetter(batch: Batch, cursor: Cursor, state: ColumnState): () => FieldValue {
  const { table, capacity } = batch
  switch (state.kind.type) {
    case 'string':
      return () => {
        const at = state.word + cursor.index
        return decodeString(batch.bytes, table[at], table[at + capacity], state.kind)
      }
    case 'boolean':
      return () => {
        const at = state.word + cursor.index
        return decodeBoolean(batch.bytes, table[at], table[at + capacity], state.kind)
      }
    case 'int64':
    case 'uint64':
      return () => {
        const at = state.word + cursor.index
        return decodeBigint(batch.bytes, table[at], table[at + capacity], state.kind)
      }
    case 'float32':
    case 'float64':
      return () => {
        const at = state.word + cursor.index
        return decodeFloat(batch.bytes, table[at], table[at + capacity], state.kind)
      }
    default: {
      const column = new IntegerColumn(batch, state)
      return () => column.read(cursor.index)
    }
  }
}
