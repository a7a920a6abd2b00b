import { LinemillError } from '../errors.js'

/**
 * Where a function of the user puts its results; valid during the call. Calls may be chained. What is emitted for
 * one line or record follows what was emitted for the one before, whatever worker did it.
 */
export interface Emitter {
  /** Write a string as it stands, without line end. */
  text(text: string): this
  /** Write a string and a line end. */
  line(line: string): this
  /** Write values as one record of the output's format: quoted where they must be, null and undefined empty. */
  row(...values: readonly RowValue[]): this
  /** Copy a field's bytes as they stand in the input, by name or 1-based number. Fields of one record are delimited. */
  field(column: string | number): this
  /** Write a value as a field of the record at hand, as `row` does; it may stand before and behind `field`. */
  value(value: RowValue): this
  /** End the record begun by `field` or `value`. */
  end(): this
  /** Copy the line or record as it stands in the input, and a line end. */
  record(): this
  /** In a batch function: make a record of the batch the one that `field` and `record` copy. */
  at(index: number): this
  /** Write bytes as they stand, without line end. */
  bytes(bytes: Uint8Array): this
}

export type RowValue = string | number | bigint | boolean | null | undefined

/** Make the error about an emitter that is used as it must not be. */
export function misuse(message: string): LinemillError {
  return new LinemillError('ERR_USER_FUNCTION', message)
}

/** Make the error about a value that is no text or bytes. */
export function notText(what: string, found: unknown): LinemillError {
  const kind = found === null ? 'null' : typeof found
  return misuse(`${what}() expects ${what === 'out.bytes' ? 'a Uint8Array' : 'a string'}, found ${kind}`)
}
