import { encodeRow, type OutputDialect } from '../batch/encode.js'
import { FieldCopier, type FieldTable } from '../batch/field-copier.js'
import { LinemillError } from '../errors.js'
import { refusedField, type SelectDescription } from '../kernel/select-kernel.js'
import {
  CUT_CAPACITY,
  CUT_DATA_END,
  CUT_DELIMITER,
  CUT_IS_FINAL,
  CUT_OWN_END,
  CUT_QUOTE,
  CUT_WANTED,
  CUT_WORDS,
  tableWords,
} from '../layout.js'
import type { Settings } from '../options.js'
import type { InputPlan } from '../plan/plan.js'
import type { Primitives } from '../primitives/primitives.js'
import type { Prepared } from './prepare.js'
import type { Selection } from './selection.js'

/**
 * Make the output's header, with a line feed, of the inputs' header as records are made of theirs; empty if there is
 * none. The inputs' headers must be one.
 *
 * @throws LinemillError ERR_VALUE where it would need quotes and the output has none.
 */
export function selectedHeader(
  prepared: Prepared,
  { kernel, selected, outputDialect }: Selection,
  { header: isWanted }: Settings,
): Buffer {
  if (kernel.name === 'select-members' || (prepared.format === 'ndjson' && !isWanted)) return Buffer.alloc(0)
  if (prepared.format !== 'ndjson') return copiedHeader(prepared, kernel, outputDialect)
  const { delimiter, quote } = outputDialect
  return Buffer.from(`${encodeRow(selected, delimiter, quote)}\n`)
}

function copiedHeader(
  { headers, plan, primitives }: Prepared,
  { runs, lastNames }: SelectDescription,
  dialect: OutputDialect,
): Buffer {
  const index = headers.findIndex(({ length }) => length > 0)
  if (index < 0) return headers[0]
  const input = plan.inputs[index]
  const table = cutHeader(headers[index], input, primitives)
  const copier = new FieldCopier(primitives, runs, dialect)
  copier.useInput(input.dialect, input.slots, table.capacity)
  const header = copier.copyOne(table, 0)
  if (header !== undefined) return header
  const { code, message } = refusedField(copier, lastNames, table, 0)
  throw new LinemillError(code, `the header of ${input.name}: ${message}`)
}

function cutHeader(header: Buffer, { dialect, wanted }: InputPlan, primitives: Primitives): FieldTable {
  const cut = new Uint32Array(CUT_WORDS)
  cut[CUT_OWN_END] = header.length
  cut[CUT_DATA_END] = header.length
  cut[CUT_IS_FINAL] = 1
  cut[CUT_DELIMITER] = dialect.delimiter
  cut[CUT_QUOTE] = dialect.quote
  cut[CUT_CAPACITY] = 1
  cut[CUT_WANTED] = wanted.length
  const table = new Uint32Array(tableWords(1, wanted.length))
  primitives.cutRecords(header, cut, Uint32Array.from(wanted), table)
  return { bytes: header, table, capacity: 1 }
}
