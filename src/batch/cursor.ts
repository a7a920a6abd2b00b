import type { InputPlan } from '../plan/plan.js'
import type { ColumnType } from './field.js'
import type { FieldValue } from './value.js'

/** What a column's type is in TypeScript. */
export type ValueOf<T extends ColumnType> = T extends 'string'
  ? string
  : T extends 'boolean'
    ? boolean | null
    : T extends 'int64' | 'uint64'
      ? bigint | null
      : number | null

/** What every row has besides its columns; a column of the same name takes its place. */
export interface RowMembers {
  /** Read a column by name, or by its 1-based number in the input. */
  get(column: string | number): FieldValue
  /** Only in ndjson: the record as `JSON.parse` gives it. */
  readonly value: Readonly<Record<string, unknown>>
  /** Give all columns as a plain object, bigints as strings of digits. */
  toJSON(): Record<string, unknown>
}

interface TypedRowMembers<C extends Readonly<Record<string, ColumnType>>> extends RowMembers {
  get<K extends keyof C & string>(column: K): ValueOf<C[K]>
  get(column: string | number): FieldValue
}

/**
 * The user's cursor over a record: a property for each column, decoded whenever it is read. There is one row for
 * the whole run, so it is valid during the call; keep values, not the row.
 */
export type RowOf<C extends Readonly<Record<string, ColumnType>>> = string extends keyof C
  ? Row
  : { readonly [K in keyof C]: ValueOf<C[K]> } & Omit<TypedRowMembers<C>, keyof C>

/**
 * A row whose columns are not declared: any name of the input is a string. In ndjson it may be any value of JSON,
 * and undefined where the record has no such property.
 */
export type Row = { readonly [column: string]: string } & RowMembers

/** A column that a job declares, or that its input has where it declares none. */
export interface Column {
  readonly name: string
  readonly type: ColumnType
}

/** Moves one row over the records of a batch. */
export interface Cursor {
  /** The row that user functions see. */
  readonly row: Row
  /** Index in the batch of the record that the row shows. Set it for each record, also if it stays the same. */
  index: number
  /**
   * Tell of a new input, before the first record of it: `slots[c]` is the slot of column c in the batch's table,
   * `fieldNames` are the input's columns in its order.
   */
  useInput(input: InputPlan, slots: ArrayLike<number>, fieldNames: readonly string[]): void
  /**
   * Give the word of `batch.table` at which the starts of a column's fields begin; their ends begin
   * `batch.capacity` words later.
   *
   * @throws LinemillError ERR_USER_FUNCTION if there is no such column, or the format has no fields.
   */
  fieldWord(column: string | number): number
}
