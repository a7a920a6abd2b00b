/**
 * The primitives: each one call for a whole block or batch. `native.ts` binds the addon, `portable.ts` is the
 * plain twin of each, at once the fallback and the oracle of the tests.
 */

/** The bytes that have a meaning in a format. */
export interface Dialect {
  /** Parts fields; `NO_BYTE` where a record is one field. */
  readonly delimiter: number
  /** Wraps fields; `NO_BYTE` where the format has no quoting. */
  readonly quote: number
  /** Whether lines without bytes are no records. */
  readonly skipsBlank: boolean
}

/** Names of the instruction sets a set of primitives can be asked for. `portable` is the TypeScript twin. */
export type InstructionSet = 'portable' | 'scalar' | 'sse2' | 'avx2' | 'avx512' | 'neon'

/** What the groups of a reduction are kept in (layouts: PLACE_, GROUP_); made longer by whoever has it. */
export interface GroupStore {
  readonly places: Uint32Array
  readonly groups: Uint32Array
  readonly keyBytes: Uint8Array
}

/** A column's fields in records `[from, until)`; `word` is that of their starts in the batch's table. */
export interface NumberFields {
  readonly word: number
  readonly capacity: number
  readonly quote: number
  readonly from: number
  readonly until: number
}

/** Blocks of one length that follow each other in an open file, the last one cut off. Offsets are absolute in it. */
export interface FileBlocks {
  readonly fd: number
  /** Id of the file's mapping; -1 where its bytes are read. */
  readonly mapping: number
  readonly start: number
  readonly contentStart: number
  readonly contentEnd: number
  readonly blockBytes: number
  readonly dialect: Dialect
  readonly threads: number
  /** As much as `roomForBlocks` says, where the file is read. */
  readonly room: Uint8Array
  /** One for each block (layout: SUMMARY_). */
  readonly summaries: Uint32Array
  /** How far the threads are, and whether they are to stop (layout: FILE_BLOCKS_). */
  readonly words: Int32Array
}

/**
 * All offsets are relative to `bytes`, below 2^32. `bytes` is a window of the input and is never written.
 * Ranges are half-open.
 */
export interface Primitives {
  readonly instructionSet: InstructionSet

  /**
   * Summarise `[start, end)` for every entry state into `summary` (layout: SUMMARY_). Bytes before `start` are
   * looked at only back to `contentStart`, and at most two: a line without bytes may begin there. `contentStart`
   * may be negative where the window begins behind it; then the two bytes before `start` are in the window.
   */
  summarize(
    bytes: Uint8Array,
    range: { start: number; end: number; contentStart: number },
    dialect: Dialect,
    summary: Uint32Array,
  ): void

  /**
   * Summarise blocks of a file on threads of its own, which take microseconds to start, while JavaScript goes on. It ends
   * before its time where a block cannot be read: blocks left undone keep their summaries as they were. Absent where
   * primitives have no threads. Nobody may use `room`, or write to `summaries`, until it has resolved.
   */
  readonly summarizeBlocks?: (blocks: FileBlocks) => Promise<void>

  /**
   * Find the first byte of the first record that starts behind `from`, given the automaton's state before
   * `from`: the byte after the first record-ending line feed in `[from, limit)`; `limit` if there is none.
   */
  findRecordStart(
    bytes: Uint8Array,
    range: { from: number; limit: number; state: number },
    dialect: Dialect,
  ): number

  /**
   * Cut records from parameters `cut` (layout: CUT_) into `table` (layout: tableWords). `wanted` lists the
   * wanted columns, 0-based, ascending, without repeats.
   */
  cutRecords(bytes: Uint8Array, cut: Uint32Array, wanted: Uint32Array, table: Uint32Array): void

  /** Copy extents of `bytes` and of `text` to `target` (layouts: EXTENT_, COPY_). */
  copyExtents(
    bytes: Uint8Array,
    extents: Uint32Array,
    copy: Uint32Array,
    target: Uint8Array,
    text: Uint8Array,
  ): void

  /** Copy the records of a batch's table that `records` lists to `target` as they stand, each with a line feed (layout: COPY_). */
  copyRecords(
    bytes: Uint8Array,
    table: Uint32Array,
    records: Uint32Array,
    copy: Uint32Array,
    target: Uint8Array,
  ): void

  /**
   * Parse a column's fields in records `[from, until)` of a batch's table to `values`, by index of the record: fields
   * of 1 to 9 decimal digits, with a minus before them or not, from `min` to `max`, which are int32. Any other gives
   * NO_INTEGER. `word` is that of the column's starts (layout: tableWords).
   */
  parseIntegers(
    bytes: Uint8Array,
    table: Uint32Array,
    column: { word: number; capacity: number; from: number; until: number; min: number; max: number },
    values: Int32Array,
  ): void

  /**
   * Parse a column's fields in records `[from, until)` of a batch's table as numbers, by index of the record: `kinds`
   * get one of the NUMBER_ values, `values` the nearest double, never -0; NaN where there is none. `quote` wraps fields,
   * or is NO_BYTE; what it wraps is what is parsed.
   */
  parseNumbers(
    bytes: Uint8Array,
    table: Uint32Array,
    column: NumberFields,
    values: Float64Array,
    kinds: Uint8Array,
  ): void

  /**
   * Add parsed numbers of records `[FROM, UNTIL)` to the sums of their groups (layouts: SUMS_, ADD_). `groups` holds the
   * group of each record, by its index, or nothing: then all are of one. Fields that are no numbers are passed over.
   * A BIG one is left out of everything, and one whose bits a sum has no limbs for, of the sums alone; the indexes of
   * their records are listed in `left`, LEFT of them.
   */
  addNumbers(
    values: Float64Array,
    kinds: Uint8Array,
    groups: Uint32Array,
    sums: Uint32Array,
    add: Uint32Array,
    left: Uint32Array,
  ): void

  /**
   * Survey a column's fields in records `[FROM, UNTIL)` of a batch's table (layout: SURVEY_): how many have bytes, how
   * long they are, which come first and last; and list the hashes of those that have bytes, FILLED of them, of two
   * words each, not both 0. All is told of what stands between a field's quotes.
   */
  surveyFields(bytes: Uint8Array, table: Uint32Array, survey: Uint32Array, hashes: Uint32Array): void

  /** Whether `[start, end)` has no byte above 0x7f. */
  isAscii(bytes: Uint8Array, start: number, end: number): boolean

  /** Count line feeds in `[start, end)`. */
  countLineFeeds(bytes: Uint8Array, start: number, end: number): number

  /**
   * List the records of a batch for which a predicate holds (layouts: tableWords, PREDICATE_, SELECT_): the indexes of
   * those in `[NEXT, END)` are appended to `selected` at COUNT. Afterwards NEXT is END. Where a test asks about a member
   * of ndjson that cannot be told from the table the record is appended too, with SELECTED_IN_DOUBT in its index.
   */
  selectRecords(
    bytes: Uint8Array,
    table: Uint32Array,
    program: Uint32Array,
    select: Uint32Array,
    selected: Uint32Array,
  ): void

  /**
   * Cut members out of the records of a batch of ndjson into its table (layouts: NAMES_, MEMBERS_, MEMBER_): each in
   * `[NEXT, END)` is checked to be one object of JSON. Afterwards NEXT is END.
   */
  cutMembers(bytes: Uint8Array, names: Uint32Array, members: Uint32Array, table: Uint32Array): void

  /**
   * Give records `[NEXT, END)` of a batch the numbers of their groups, by index of the record (layouts: tableWords, KEY_,
   * ASSIGN_). A key that is not in the store is put into it, with the next number. It stops before a record that the
   * store has no room for: then NEXT is below END.
   */
  assignGroups(
    bytes: Uint8Array,
    table: Uint32Array,
    keys: Uint32Array,
    assign: Uint32Array,
    store: GroupStore,
    ids: Uint32Array,
  ): void

  /** Put the places of a table that are taken into those of a larger one, which has none yet (layout: PLACE_). */
  movePlaces(from: Uint32Array, to: Uint32Array): void

  /** Count the records `[from, until)` of each group: `groups` has the group of each, by its index. */
  countGroups(groups: Uint32Array, from: number, until: number, counts: Float64Array): void

  /**
   * Write chosen fields of a batch's records to `target`, each record with delimiters and a line feed, as long as whole
   * records fit (layouts: tableWords, FIELDS_). A field's bytes are copied as they stand where they mean the same in the
   * target; else they get quotes, or lose them. One that would need quotes which the target has not is refused.
   * Bytes of the target between what was written and TARGET_END are undefined afterwards.
   */
  copyFields(bytes: Uint8Array, table: Uint32Array, fields: Uint32Array, target: Uint8Array): void
}
