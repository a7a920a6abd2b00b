/** Decodes single fields, for the tests of values. */
import { expect } from 'vitest'
import { type ColumnType, makeFieldKind } from '../dist/batch/field.js'
import { decodeField, type FieldValue } from '../dist/batch/value.js'
import { LinemillError } from '../dist/errors.js'
import { NO_BYTE } from '../dist/layout.js'

export const QUOTE = 34
export const SEED = { seed: 20141206, numRuns: 2000 }

/** Decode bytes that stand between others, as a field does. */
export function decodeBytes(type: ColumnType, field: Uint8Array, quote: number = NO_BYTE): FieldValue {
  const bytes = Buffer.concat([Buffer.from('7,9'), field, Buffer.from(',9"8')])
  return decodeField(bytes, 3, 3 + field.length, makeFieldKind('x', type, quote))
}

export function decode(type: ColumnType, text: string, quote: number = NO_BYTE): FieldValue {
  return decodeBytes(type, Buffer.from(text), quote)
}

/** Return the message of the ERR_VALUE without position that `run` throws. */
export function messageOf(run: () => unknown): string {
  try {
    run()
  } catch (error) {
    expect(error).toBeInstanceOf(LinemillError)
    expect((error as LinemillError).code).toBe('ERR_VALUE')
    expect((error as LinemillError).position).toBeUndefined()
    return (error as LinemillError).message
  }
  throw new Error('nothing was thrown')
}

/** Expect the error about a field that does not parse. */
export function refuses(type: ColumnType, text: string, quote: number = NO_BYTE): void {
  expect(
    messageOf(() => decode(type, text, quote)),
    text,
  ).toContain(`column x: expected ${type}, found `)
}
