/**
 * The addon: the one place that loads it, its typed surface, and the primitives it provides. Where it cannot be
 * loaded nothing here throws until it is asked for.
 */
import { fileURLToPath } from 'node:url'
// @ts-expect-error: it has no types
import nodeGypBuild from 'node-gyp-build'
import { LinemillError } from '../errors.js'
import { ASSIGN_END, ASSIGN_NEXT, ASSIGN_ODD, ASSIGN_STATUS } from '../group-layout.js'
import { NUMBER_UNKNOWN } from '../number-layout.js'
import { MEMBERS_END, MEMBERS_NEXT, SELECT_END, SELECT_NEXT } from '../predicate-layout.js'
import { bindSummarizeBlocks, type SummarizeFileBlocks } from './file-blocks.js'
import { assignGroups as assignPortably } from './portable-group.js'
import { cutMembers as cutPortably } from './portable-members.js'
import { parseNumbers as parsePortably } from './portable-numbers.js'
import { selectRecords as selectPortably } from './portable-select.js'
import type { Dialect, InstructionSet, Primitives } from './primitives.js'

/** The scanners of one instruction set, as the addon gives them. A dialect is packed by `packDialect`. */
interface Scanners {
  summarize(
    bytes: Uint8Array,
    start: number,
    end: number,
    contentStart: number,
    dialect: number,
    summary: Uint32Array,
  ): void
  summarizeBlocks: SummarizeFileBlocks
  findRecordStart(bytes: Uint8Array, from: number, limit: number, state: number, dialect: number): number
  cutRecords(bytes: Uint8Array, cut: Uint32Array, wanted: Uint32Array, table: Uint32Array): void
  copyExtents: Primitives['copyExtents']
  copyRecords: Primitives['copyRecords']
  parseIntegers(
    bytes: Uint8Array,
    table: Uint32Array,
    word: number,
    capacity: number,
    from: number,
    until: number,
    min: number,
    max: number,
    values: Int32Array,
  ): void
  /** Gives how many fields it leaves UNKNOWN. */
  parseNumbers(
    bytes: Uint8Array,
    table: Uint32Array,
    word: number,
    capacity: number,
    quote: number,
    from: number,
    until: number,
    values: Float64Array,
    kinds: Uint8Array,
  ): number
  addNumbers: Primitives['addNumbers']
  surveyFields: Primitives['surveyFields']
  isAscii(bytes: Uint8Array, start: number, end: number): boolean
  countLineFeeds(bytes: Uint8Array, start: number, end: number): number
  /** Stops before a record that takes more than it can decide: with NEXT below END. */
  selectRecords: Primitives['selectRecords']
  movePlaces: Primitives['movePlaces']
  countGroups: Primitives['countGroups']
  /** Stops before a record that has too many parts, or is too deep, with NEXT below END. */
  cutMembers: Primitives['cutMembers']
  /** Stops before a record whose key it does not make: with STATUS ASSIGN_ODD. */
  assignGroups(
    bytes: Uint8Array,
    table: Uint32Array,
    keys: Uint32Array,
    assign: Uint32Array,
    places: Uint32Array,
    groups: Uint32Array,
    keyBytes: Uint8Array,
    ids: Uint32Array,
  ): void
  copyFields: Primitives['copyFields']
}

/** What the system is told about how a mapping's bytes will be read. */
export type Advice = 'normal' | 'sequential' | 'random' | 'willneed' | 'dontneed'

/**
 * Files mapped into memory, process-wide: an id may be posted to another thread and used there. A mapping lives
 * until `unmap` and the last of its windows. Errors of the system carry `code`, `errno` and `syscall`; an id that
 * is closed is `EBADF`, a range outside of the mapping a RangeError.
 *
 * HAZARD: a file that others write to or truncate changes under the mapping at any moment. Bytes that are gone
 * read as zeros, and `isFaulted` is true from then on; it must be asked after the reading.
 */
export interface Mappings {
  /** Map the first `byteLength` bytes of an open file, which may be closed then. Length 0 is refused. */
  mapFile(fd: number, byteLength: number): number
  /**
   * Make a window. Its bytes may be written, which stays within the process.
   * HAZARD: posting it to another thread with a transfer copies it; post the id and attach there.
   */
  attach(mapping: number, offset: number, byteLength: number): ArrayBuffer
  /**
   * Make a window that is a SharedArrayBuffer, which other threads see when it is posted to them. Absent where the
   * runtime cannot: before Node 22.23.3, 24.16 and 26.1.
   * HAZARD: the runtime ends the process where `byteLength` is more than its greatest buffer.
   */
  share?(mapping: number, offset: number, byteLength: number): SharedArrayBuffer
  /** Give a window back before it is collected; whoever still holds it finds it empty. */
  detach(window: ArrayBufferLike): void
  /** Drop the owner's reference; false if it was dropped before. Windows stay readable. */
  unmap(mapping: number): boolean
  /** Whether bytes of the mapping could not be read, ever. Can be asked after `unmap`, while windows live. */
  isFaulted(mapping: number): boolean
  advise(mapping: number, offset: number, byteLength: number, advice: Advice): void
  /** Ask the system to forget cached pages of a file. */
  evictFile(fd: number, offset: number, byteLength: number): void
  /** Bytes of the mapping that are in the page cache. */
  residentBytes(mapping: number): number
  /** Mappings of the process that still hold memory. */
  mappingCount(): number
}

export interface Addon extends Mappings {
  /** Ask the system for huge pages where memory is not used yet, a hint; gives the offset of the first one. */
  preferHugePages(memory: Uint8Array): number
  /** Supported by this processor, widest first. */
  readonly instructionSets: readonly InstructionSet[]
  /** The constants of `native/layout.h`, compared with `layout.ts` by a test. */
  readonly layout: Readonly<Record<string, number>>
  scanners(set: InstructionSet): Scanners | undefined
  /**
   * From now on, let an abort of the process (SIGABRT) remove files, write a text to standard error, and end it with
   * a status. Each of the paths ends in a NUL.
   */
  prepareAbort(text: string, paths: string, status: number): void
}

interface Loading {
  readonly addon?: Addon
  readonly error?: unknown
}

/** The folder of the package, which holds `build/` or `prebuilds/`. */
const PACKAGE_FOLDER = fileURLToPath(new URL('../..', import.meta.url))

/** What whoever lacks the addon is told: the one command that builds it wherever the package lies. */
export const HOW_TO_BUILD = `build it with \`npm run build:native --prefix ${JSON.stringify(PACKAGE_FOLDER)}\` (needs a C++ compiler, make and python3)`

let loading: Loading | undefined

function load(): Loading {
  try {
    return { addon: nodeGypBuild(PACKAGE_FOLDER) as Addon }
  } catch (error) {
    return { error }
  }
}

/** Load the addon, once for each thread; undefined where it cannot be. */
export function loadAddon(): Addon | undefined {
  loading ??= load()
  return loading.addon
}

/** The addon where this thread has loaded it: what is better with it need not bring it where it is not wanted. */
export function loadedAddon(): Addon | undefined {
  return loading?.addon
}

/** Why `loadAddon` gives nothing. */
export function addonLoadError(): unknown {
  loading ??= load()
  return loading.error
}

/** The instruction sets of native primitives that this machine can run, widest first; none without the addon. */
export function supportedInstructionSets(): readonly InstructionSet[] {
  return loadAddon()?.instructionSets ?? []
}

function packDialect(dialect: Dialect): number {
  return dialect.delimiter | (dialect.quote << 16)
}

/**
 * Call a scanner until it is through with its records. What it stops before is odd (a number of twenty digits, a long
 * field with quotes in it, an object of many parts), and its twin's.
 */
function finishRecords<Call extends unknown[]>(
  scan: (...call: Call) => void,
  twin: (...call: Call) => void,
  call: Call,
  [words, next, last]: [words: Uint32Array, next: number, last: number],
): void {
  const end = words[last]
  for (scan(...call); words[next] < end; scan(...call)) {
    words[last] = words[next] + 1
    twin(...call)
    words[last] = end
  }
}

function bind(instructionSet: InstructionSet, scanners: Scanners): Primitives {
  return {
    instructionSet,
    summarize(bytes, range, dialect, summary) {
      scanners.summarize(bytes, range.start, range.end, range.contentStart, packDialect(dialect), summary)
    },
    summarizeBlocks: bindSummarizeBlocks(scanners.summarizeBlocks, packDialect),
    findRecordStart(bytes, range, dialect) {
      return scanners.findRecordStart(bytes, range.from, range.limit, range.state, packDialect(dialect))
    },
    cutRecords: scanners.cutRecords,
    copyExtents: scanners.copyExtents,
    copyRecords: scanners.copyRecords,
    parseIntegers(bytes, table, { word, capacity, from, until, min, max }, values) {
      scanners.parseIntegers(bytes, table, word, capacity, from, until, min, max, values)
    },
    parseNumbers(bytes, table, column, values, kinds) {
      const { word, capacity, quote, from, until } = column
      let unknown = scanners.parseNumbers(bytes, table, word, capacity, quote, from, until, values, kinds)
      // What has many digits, a large exponent, or is long and full of quotes is the twin's.
      for (let index = from; unknown > 0; index++) {
        if (kinds[index] !== NUMBER_UNKNOWN) continue
        parsePortably(bytes, table, { ...column, from: index, until: index + 1 }, values, kinds)
        unknown--
      }
    },
    addNumbers: scanners.addNumbers,
    surveyFields: scanners.surveyFields,
    isAscii: scanners.isAscii,
    countLineFeeds: scanners.countLineFeeds,
    copyFields: scanners.copyFields,
    selectRecords(bytes, table, program, select, selected) {
      const call: Parameters<Primitives['selectRecords']> = [bytes, table, program, select, selected]
      finishRecords(scanners.selectRecords, selectPortably, call, [select, SELECT_NEXT, SELECT_END])
    },
    cutMembers(bytes, names, members, table) {
      const call: Parameters<Primitives['cutMembers']> = [bytes, names, members, table]
      finishRecords(scanners.cutMembers, cutPortably, call, [members, MEMBERS_NEXT, MEMBERS_END])
    },
    assignGroups: bindAssignGroups(scanners),
    movePlaces: scanners.movePlaces,
    countGroups: scanners.countGroups,
  }
}

function bindAssignGroups(scanners: Scanners): Primitives['assignGroups'] {
  return (bytes, table, keys, assign, store, ids) => {
    const { places, groups, keyBytes } = store
    const end = assign[ASSIGN_END]
    for (;;) {
      scanners.assignGroups(bytes, table, keys, assign, places, groups, keyBytes, ids)
      if (assign[ASSIGN_STATUS] !== ASSIGN_ODD) return
      // A long key, or one with quotes in it, is the twin's.
      const odd = assign[ASSIGN_NEXT]
      assign[ASSIGN_END] = odd + 1
      assignPortably(bytes, table, keys, assign, store, ids)
      assign[ASSIGN_END] = end
      if (assign[ASSIGN_NEXT] === odd || assign[ASSIGN_NEXT] === end) return
    }
  }
}

const bound = new Map<InstructionSet, Primitives>()

/** The primitives of an instruction set, by default the widest. Throws where the machine has not got them. */
export function nativePrimitives(set?: InstructionSet): Primitives {
  const addon = loadAddon()
  const cause = addonLoadError()
  if (!addon) {
    // What the system is short of, it tells in words alone.
    if (/Too many open files|Cannot allocate memory/.test(String(cause))) {
      throw new LinemillError('ERR_RESOURCE', `the native addon does not load: ${cause}`, { cause })
    }
    throw new LinemillError(
      'ERR_USAGE',
      `native primitives were asked for, but the addon does not load: ${HOW_TO_BUILD}`,
      { cause },
    )
  }
  const wanted = set ?? addon.instructionSets[0]
  const known = bound.get(wanted)
  if (known) return known
  const scanners = addon.scanners(wanted)
  if (!scanners) {
    const supported = addon.instructionSets.join(', ')
    throw new LinemillError(
      'ERR_USAGE',
      `instruction set ${wanted} was asked for, but this processor runs only ${supported}`,
    )
  }
  const primitives = bind(wanted, scanners)
  bound.set(wanted, primitives)
  return primitives
}
