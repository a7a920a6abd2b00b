import { constants } from 'node:buffer'
import { LinemillError, type Position } from '../errors.js'
import { NO_BYTE } from '../layout.js'
import type { InputPlan } from '../plan/plan.js'
import type { Batch } from './batch.js'
import type { Column, Cursor, Row } from './cursor.js'
import { makeFieldKind } from './field.js'
import { describeJson, fromJson } from './json-value.js'
import { ColumnNames } from './names.js'
import { makeRow } from './row-members.js'

type JsonObject = Readonly<Record<string, unknown>>

/** Moves a row over ndjson. A record is parsed when the first of its properties is read, and then kept. */
export class JsonRowCursor implements Cursor {
  readonly row: Row
  readonly #batch: Batch
  readonly #locate: (() => Position) | undefined
  #index = 0
  #parsed: JsonObject | undefined

  /** `locate` tells where the record at hand is, for errors. */
  constructor(batch: Batch, columns: readonly Column[], locate?: () => Position) {
    this.#batch = batch
    this.#locate = locate
    this.row = columns.length === 0 ? this.#makeOpenRow() : this.#makeTypedRow(columns)
  }

  get index(): number {
    return this.#index
  }

  set index(index: number) {
    this.#index = index
    this.#parsed = undefined
  }

  useInput(_input: InputPlan, _slots: ArrayLike<number>, _fieldNames: readonly string[]): void {
    this.#parsed = undefined
  }

  fieldWord(_column: string | number): number {
    throw new LinemillError(
      'ERR_USER_FUNCTION',
      'records of ndjson have no fields to copy: read values from the row (out.row and out.record write them)',
    )
  }

  /** The record's object. */
  get value(): JsonObject {
    this.#parsed ??= this.#parse()
    return this.#parsed
  }

  #parse(): JsonObject {
    const start = this.#batch.start(this.#index)
    const end = this.#batch.end(this.#index)
    if (end - start > constants.MAX_STRING_LENGTH) {
      throw this.#valueError(`the record is too long for a string: ${end - start} bytes`)
    }
    const text = this.#batch.bytes.utf8Slice(start, end)
    let value: unknown
    try {
      value = JSON.parse(text)
    } catch (error) {
      throw this.#valueError(`not JSON: ${(error as Error).message}`, error)
    }
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as JsonObject
    throw this.#valueError(`expected a JSON object, found ${describeJson(value)}`)
  }

  #valueError(message: string, cause?: unknown): LinemillError {
    return new LinemillError('ERR_VALUE', message, { cause, position: this.#locate?.() })
  }

  /** A record may have properties named like those of every object, or lack them. */
  #property(name: string): unknown {
    const { value } = this
    return Object.hasOwn(value, name) ? value[name] : undefined
  }

  #makeTypedRow(columns: readonly Column[]): Row {
    const getters = columns.map(({ name, type }) => {
      const kind = makeFieldKind(name, type, NO_BYTE, this.#locate)
      return () => fromJson(this.#property(name), kind)
    })
    return makeRow(new ColumnNames(columns.map(({ name }) => name)), getters, {
      value: { get: () => this.value },
    })
  }

  /** Make a row that shows whatever the record has. Parsing costs far more than the proxy. */
  #makeOpenRow(): Row {
    const members = Object.defineProperties(
      {},
      {
        value: { get: () => this.value },
        get: { value: (name: string) => this.#property(name) },
        toJSON: { value: () => this.value },
        [Symbol.for('nodejs.util.inspect.custom')]: { value: () => this.value },
      },
    )
    return new Proxy(Object.create(members), {
      get: (target, key) =>
        typeof key === 'string' && Object.hasOwn(this.value, key)
          ? this.value[key]
          : Reflect.get(target, key),
      has: (target, key) => Object.hasOwn(this.value, key) || key in target,
      set: () => false,
      defineProperty: () => false,
      deleteProperty: () => false,
      ownKeys: () => Reflect.ownKeys(this.value),
      getOwnPropertyDescriptor: (_, key) => {
        const descriptor = Object.getOwnPropertyDescriptor(this.value, key)
        return descriptor && { ...descriptor, writable: false }
      },
    }) as unknown as Row
  }
}
