import { closeSync, constants, fstatSync, openSync, readSync, type Stats } from 'node:fs'
import { asLinemillError, asShortage, LinemillError } from '../errors.js'
import type { StrategyName } from '../options.js'
import { type Addon, HOW_TO_BUILD, loadAddon } from '../primitives/native.js'
import { measureReading, type ReadingTimes } from './compare.js'
import { type FileSystem, fileSystemOf } from './file-system.js'
import type { InputHandle, InputReader } from './input.js'
import { MappedReader } from './mapped.js'
import { PreadReader } from './pread.js'

/** An input that the run owns; close it. */
export interface OpenInput {
  readonly name: string
  readonly handle: InputHandle
  readonly strategyReason: string
  /** The file as it was when it was opened. */
  readonly stat: Stats
}

/** Make this thread's access to an input. */
export function openReader(handle: InputHandle): InputReader {
  return handle.strategy === 'mapped' ? new MappedReader(handle) : new PreadReader(handle)
}

/** Make access to a few bytes of an input, whatever its strategy: a window over a mapping is large, and V8 collects for it. */
export function openSmallReader(handle: InputHandle): InputReader {
  return new PreadReader(handle)
}

/** Throw if bytes of an input that is mapped could not be read. */
export function checkFault({ strategy, mapping, name }: InputHandle): void {
  if (strategy === 'mapped' && loadAddon()?.isFaulted(mapping)) throw inputFault(name)
}

/**
 * Open a file and choose how its bytes are obtained.
 *
 * @throws LinemillError ERR_INPUT_NOT_FOUND, ERR_INPUT, ERR_FORMAT, ERR_RESOURCE
 */
export function openInput(name: string, want: 'auto' | StrategyName): OpenInput {
  if (name === '-') {
    throw refuse('standard input', 'a stream', 'save it to a file first')
  }
  const fd = open(name)
  try {
    const stat = fstatSync(fd)
    const fileSystem = fileSystemOf(name)
    checkKind(name, stat, fileSystem)
    checkContent(name, fd, stat)
    return { name, stat, ...choose({ name, fd, byteLength: stat.size, fileSystem }, want) }
  } catch (thrown) {
    close(fd)
    throw thrown
  }
}

/**
 * Map a whole file, whatever is in it; `undefined` for one without bytes. Needs the addon.
 *
 * @throws LinemillError ERR_INPUT_NOT_FOUND, ERR_INPUT, ERR_RESOURCE
 */
export function openMapping(name: string): { mapping: number | undefined; byteLength: number } {
  const fd = open(name)
  try {
    const stat = fstatSync(fd)
    checkKind(name, stat, fileSystemOf(name))
    return { mapping: stat.size === 0 ? undefined : map(name, fd, stat.size), byteLength: stat.size }
  } finally {
    closeSync(fd)
  }
}

function map(name: string, fd: number, byteLength: number): number | undefined {
  try {
    return loadAddon()?.mapFile(fd, byteLength)
  } catch (thrown) {
    const { code, message } = thrown as NodeJS.ErrnoException
    const isLimit = code === 'ENFILE' || code === 'ENOMEM' || code === 'EAGAIN'
    const reason = code === 'ENFILE' ? 'too many mappings are open, close some' : message
    throw new LinemillError(isLimit ? 'ERR_RESOURCE' : 'ERR_INPUT', `cannot map input ${name}: ${reason}`, {
      cause: thrown,
    })
  }
}

/** Make the error about bytes of a mapped input that could not be read. */
export function inputFault(name: string): LinemillError {
  return new LinemillError(
    'ERR_INPUT',
    `input ${name} was truncated, or could not be read, while it was mapped: run again when nobody writes to it, or copy it first`,
  )
}

/** Close descriptors and drop the mappings; windows that are still attached keep theirs until they are collected. */
export function closeInputs(inputs: readonly OpenInput[]): void {
  for (const { handle } of inputs) {
    if (handle.strategy === 'mapped') loadAddon()?.unmap(handle.mapping)
    close(handle.fd)
  }
}

/** The descriptor is given back whatever close says; what a file server that is gone says of it is no news. */
function close(fd: number): void {
  try {
    closeSync(fd)
  } catch {}
}

/**
 * Say how a file changed since it was opened; `undefined` if it did not.
 *
 * @throws LinemillError ERR_INPUT if its file system does not say.
 */
export function inputChange(input: OpenInput): 'shrunk' | 'grown' | 'rewritten' | undefined {
  const now = statNow(input)
  if (now.size < input.stat.size) return 'shrunk'
  if (now.size > input.stat.size) return 'grown'
  return now.mtimeMs === input.stat.mtimeMs ? undefined : 'rewritten'
}

function statNow({ name, handle }: OpenInput): Stats {
  try {
    return fstatSync(handle.fd)
  } catch (thrown) {
    throw asLinemillError(thrown, 'ERR_INPUT', `cannot tell whether input ${name} changed during the run: `)
  }
}

function open(name: string): number {
  try {
    // O_NONBLOCK: opening a FIFO that nobody writes to must not hang; regular files do not care.
    return openSync(name, constants.O_RDONLY | constants.O_NONBLOCK)
  } catch (thrown) {
    const { code } = thrown as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') {
      throw new LinemillError('ERR_INPUT_NOT_FOUND', `no such input: ${name}`, { cause: thrown })
    }
    const shortage = asShortage(thrown, `cannot open input ${name}: `)
    if (shortage !== undefined) throw shortage
    if (code === 'ENXIO') throw refuse(`input ${name}`, 'a socket', 'save its bytes to a file first')
    const reason = code === 'EACCES' ? 'permission denied' : (thrown as Error).message
    throw new LinemillError('ERR_INPUT', `cannot open input ${name}: ${reason}`, { cause: thrown })
  }
}

function checkKind(name: string, stat: Stats, fileSystem: FileSystem): void {
  if (stat.isDirectory()) {
    throw new LinemillError('ERR_INPUT', `input ${name} is a directory: name the files in it (${name}/*)`)
  }
  if (!stat.isFile()) throw refuse(`input ${name}`, specialKind(stat), 'save its bytes to a file first')
  if (fileSystem.kind === 'virtual') throw refuseVirtual(name, `of ${fileSystem.name}`)
}

function specialKind(stat: Stats): string {
  if (stat.isFIFO()) return 'a pipe (FIFO)'
  return stat.isBlockDevice() ? 'a block device' : 'a character device'
}

function refuse(what: string, found: string, hint: string): LinemillError {
  return new LinemillError(
    'ERR_INPUT',
    `${what} is ${found}, and only regular files can be read so far: ${hint}`,
  )
}

function refuseVirtual(name: string, whose: string): LinemillError {
  const found = `a virtual file ${whose}, which is made while it is read`
  return refuse(`input ${name}`, found, `copy it first (cat ${name} > copy)`)
}

/** What a file is recognised by, and what to do with it. */
const MAGIC: readonly { readonly bytes: readonly number[]; readonly kind: string; readonly hint: string }[] =
  [
    { bytes: [0x1f, 0x8b], kind: 'compressed by gzip', hint: 'gunzip' },
    { bytes: [0x28, 0xb5, 0x2f, 0xfd], kind: 'compressed by zstd', hint: 'unzstd' },
    { bytes: [0x50, 0x41, 0x52, 0x31], kind: 'a Parquet file', hint: 'export it as CSV' },
    { bytes: [0xff, 0xfe], kind: 'UTF-16 text (little endian)', hint: 'iconv -f UTF-16LE -t UTF-8' },
    { bytes: [0xfe, 0xff], kind: 'UTF-16 text (big endian)', hint: 'iconv -f UTF-16BE -t UTF-8' },
  ]

/** Look at the first bytes: a file that has some, but no size, is virtual whatever its file system's name is. */
function checkContent(name: string, fd: number, stat: Stats): void {
  const head = Buffer.alloc(4)
  const length = readHead(name, fd, head)
  if (length > 0 && stat.size === 0 && fstatSync(fd).size === 0) throw refuseVirtual(name, 'without a size')
  for (const { bytes, kind, hint } of MAGIC) {
    if (length >= bytes.length && bytes.every((byte, index) => head[index] === byte)) {
      throw new LinemillError('ERR_FORMAT', `input ${name} is ${kind}, expected text in UTF-8: first ${hint}`)
    }
  }
}

function readHead(name: string, fd: number, head: Buffer): number {
  try {
    return readSync(fd, head, 0, head.length, 0)
  } catch (thrown) {
    throw new LinemillError('ERR_INPUT', `cannot read input ${name}: ${(thrown as Error).message}`, {
      cause: thrown,
    })
  }
}

type Choice = Pick<OpenInput, 'handle' | 'strategyReason'>

interface OpenFile {
  readonly name: string
  readonly fd: number
  readonly byteLength: number
  readonly fileSystem: FileSystem
}

function choose({ name, fd, byteLength, fileSystem }: OpenFile, want: 'auto' | StrategyName): Choice {
  const read = (strategyReason: string): Choice => ({
    handle: { name, strategy: 'pread', mapping: -1, fd, byteLength },
    strategyReason,
  })
  if (want === 'pread') return read('asked for')
  if (byteLength === 0) return read('empty')
  const addon = loadAddon()
  if (addon === undefined) {
    if (want === 'auto') return read('the native addon is missing')
    throw new LinemillError(
      'ERR_USAGE',
      `\`strategy\` mapped needs the native addon, which does not load: ${HOW_TO_BUILD}`,
    )
  }
  if (want === 'auto' && fileSystem.kind === 'remote') return read(`on ${fileSystem.name}`)
  try {
    const mapping = addon.mapFile(fd, byteLength)
    const mapped = { name, strategy: 'mapped', mapping, fd, byteLength } as const
    if (want !== 'auto') return { handle: mapped, strategyReason: 'asked for' }
    const times = measureOrUnmap(addon, mapped)
    if (times === undefined) return { handle: mapped, strategyReason: 'a regular file' }
    const strategyReason = `256 KiB took ${inMicroseconds(times.mapped)} mapped, ${inMicroseconds(times.pread)} read`
    if (times.mapped <= times.pread) return { handle: mapped, strategyReason }
    addon.unmap(mapping)
    return read(strategyReason)
  } catch (thrown) {
    const { message } = thrown as Error
    if (want === 'auto') return read(`mapping failed: ${message}`)
    const hint = '`strategy` auto or pread reads it'
    throw new LinemillError('ERR_INPUT', `cannot map input ${name}: ${message}: ${hint}`, { cause: thrown })
  }
}

function measureOrUnmap(addon: Addon, mapped: InputHandle): ReadingTimes | undefined {
  try {
    return measureReading(addon, mapped)
  } catch (thrown) {
    addon.unmap(mapped.mapping)
    throw thrown
  }
}

function inMicroseconds(milliseconds: number): string {
  return `${Math.round(milliseconds * 1000)} µs`
}
