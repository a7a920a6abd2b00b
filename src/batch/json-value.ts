import { LinemillError } from '../errors.js'
import type { FieldKind } from './field.js'
import { fitsInt64 } from './integer.js'
import type { FieldValue } from './value.js'

/**
 * Check a property of a JSON record against its column's type. A missing one and null are null, or '' in a string
 * column.
 *
 * @throws LinemillError ERR_VALUE if it is of another type.
 */
export function fromJson(value: unknown, kind: FieldKind): FieldValue {
  if (value === undefined || value === null) return kind.type === 'string' ? '' : null
  switch (kind.type) {
    case 'string':
      if (typeof value === 'string') return value
      break
    case 'boolean':
      if (typeof value === 'boolean') return value
      break
    case 'int64':
    case 'uint64':
      return bigintFromJson(value, kind)
    case 'float64':
      if (typeof value === 'number') return value
      break
    case 'float32':
      if (typeof value === 'number') return Math.fround(value)
      break
    default:
      // Integers have no negative zero.
      if (Number.isInteger(value) && isBetween(value as number, kind)) return (value as number) + 0
  }
  throw jsonValueError(value, kind)
}

function isBetween(value: number, { min, max }: FieldKind): boolean {
  return value >= min && value <= max
}

function bigintFromJson(value: unknown, kind: FieldKind): bigint {
  if (typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value)) {
    throw new LinemillError(
      'ERR_VALUE',
      `column ${kind.name}: ${value} has lost digits as a JSON number, write integers beyond 2^53 as strings`,
      { position: kind.locate?.() },
    )
  }
  const isWhole = typeof value === 'string' ? /^[+-]?\d+$/.test(value) : Number.isSafeInteger(value)
  if (!isWhole) throw jsonValueError(value, kind)
  // BigInt takes a minus, but no plus.
  const parsed = BigInt(typeof value === 'string' ? value.replace('+', '') : (value as number))
  if (!fitsInt64(parsed, kind.type)) throw jsonValueError(value, kind)
  return parsed
}

function jsonValueError(value: unknown, { name, type, locate }: FieldKind): LinemillError {
  const message = `column ${name}: expected ${type}, found ${describeJson(value)}`
  return new LinemillError('ERR_VALUE', message, { position: locate?.() })
}

const EXCERPT_LENGTH = 40

/** Show a value of JSON, shortened. */
export function describeJson(value: unknown): string {
  if (Array.isArray(value)) return 'an array'
  if (typeof value === 'object' && value !== null) return 'an object'
  if (typeof value !== 'string' || value.length <= EXCERPT_LENGTH) return JSON.stringify(value)
  return JSON.stringify(`${value.slice(0, EXCERPT_LENGTH)}…`)
}
