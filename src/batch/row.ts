export type { Column, Cursor, Row, RowMembers, RowOf, ValueOf } from './cursor.js'
export { COLUMN_TYPES, type ColumnType } from './field.js'
