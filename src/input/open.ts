import { closeSync, constants, fstatSync, openSync, readSync, type Stats, statfsSync } from 'node:fs'
import { LinemillError } from '../errors.js'
import type { StrategyName } from '../options.js'
import { type Addon, loadAddon } from '../primitives/native.js'
import { measureReading, type ReadingTimes } from './compare.js'
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

/**
 * Open a file and choose how its bytes are obtained.
 *
 * @throws LinemillError ERR_INPUT_NOT_FOUND, ERR_INPUT, ERR_FORMAT, ERR_RESOURCE
 */
export function openInput(name: string, want: 'auto' | StrategyName): OpenInput {
  if (name === '-') {
    throw new LinemillError('ERR_INPUT', notRegular('standard input', 'save it to a file first'))
  }
  const fd = open(name)
  try {
    const stat = fstatSync(fd)
    checkKind(name, stat)
    checkMagic(name, fd)
    return { name, stat, ...choose(name, fd, stat.size, want) }
  } catch (thrown) {
    closeSync(fd)
    throw thrown
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
    closeSync(handle.fd)
  }
}

/** Say how a file changed since it was opened; `undefined` if it did not. */
export function inputChange(input: OpenInput): 'shrunk' | 'grown' | 'rewritten' | undefined {
  const now = fstatSync(input.handle.fd)
  if (now.size < input.stat.size) return 'shrunk'
  if (now.size > input.stat.size) return 'grown'
  return now.mtimeMs === input.stat.mtimeMs ? undefined : 'rewritten'
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
    if (code === 'EMFILE' || code === 'ENFILE') {
      const hint = 'raise the limit (ulimit -n) or give fewer inputs'
      throw new LinemillError('ERR_RESOURCE', `too many open files at input ${name}: ${hint}`, {
        cause: thrown,
      })
    }
    const reason = code === 'EACCES' ? 'permission denied' : (thrown as Error).message
    throw new LinemillError('ERR_INPUT', `cannot open input ${name}: ${reason}`, { cause: thrown })
  }
}

const PROC_FILE_SYSTEM = 0x9fa0

function checkKind(name: string, stat: Stats): void {
  if (stat.isDirectory()) {
    throw new LinemillError('ERR_INPUT', `input ${name} is a directory: name the files in it (${name}/*)`)
  }
  if (!stat.isFile()) throw new LinemillError('ERR_INPUT', notRegular(name, 'save it to a file first'))
  if (stat.size === 0 && fileSystemType(name) === PROC_FILE_SYSTEM) {
    throw new LinemillError('ERR_INPUT', notRegular(name, `copy it first (cat ${name} > copy)`))
  }
}

function notRegular(name: string, hint: string): string {
  return `input ${name} is no regular file, and only regular files can be read so far: ${hint}`
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

function checkMagic(name: string, fd: number): void {
  const head = Buffer.alloc(4)
  const length = readSync(fd, head, 0, 4, 0)
  for (const { bytes, kind, hint } of MAGIC) {
    if (length >= bytes.length && bytes.every((byte, index) => head[index] === byte)) {
      throw new LinemillError('ERR_FORMAT', `input ${name} is ${kind}, expected text in UTF-8: first ${hint}`)
    }
  }
}

type Choice = Pick<OpenInput, 'handle' | 'strategyReason'>

/** File systems whose files are better not mapped: a server or process behind them may change or fail. */
const REMOTE_FILE_SYSTEMS: ReadonlyMap<number, string> = new Map([
  [0x6969, 'NFS'],
  [0xff534d42, 'CIFS'],
  [0xfe534d42, 'SMB2'],
  [0x517b, 'SMB'],
  [0x65735546, 'FUSE'],
  [0x01021997, '9P'],
])

function choose(name: string, fd: number, byteLength: number, want: 'auto' | StrategyName): Choice {
  const read = (strategyReason: string): Choice => ({
    handle: { strategy: 'pread', mapping: -1, fd, byteLength },
    strategyReason,
  })
  if (want === 'pread') return read('asked for')
  if (byteLength === 0) return read('empty')
  const addon = loadAddon()
  if (addon === undefined) {
    if (want === 'auto') return read('the native addon is missing')
    throw new LinemillError(
      'ERR_USAGE',
      'strategy mapped needs the native addon, which does not load: npm rebuild linemill',
    )
  }
  const remote = want === 'auto' ? REMOTE_FILE_SYSTEMS.get(fileSystemType(name)) : undefined
  if (remote !== undefined) return read(`on ${remote}`)
  try {
    const mapping = addon.mapFile(fd, byteLength)
    const mapped = { strategy: 'mapped', mapping, fd, byteLength } as const
    if (want !== 'auto') return { handle: mapped, strategyReason: 'asked for' }
    const times = measureOrUnmap(addon, mapped)
    if (times === undefined) return { handle: mapped, strategyReason: 'a regular file' }
    const strategyReason = `256 KiB took ${inMicroseconds(times.mapped)} mapped, ${inMicroseconds(times.pread)} read`
    if (times.mapped <= times.pread) return { handle: mapped, strategyReason }
    addon.unmap(mapping)
    return read(strategyReason)
  } catch (thrown) {
    const { code } = thrown as NodeJS.ErrnoException
    if (want === 'auto') return read(`mapping failed (${code ?? (thrown as Error).message})`)
    throw new LinemillError('ERR_INPUT', `cannot map input ${name}: ${(thrown as Error).message}`, {
      cause: thrown,
    })
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

function fileSystemType(name: string): number {
  try {
    return statfsSync(name).type
  } catch {
    return 0 // a file system that does not say is treated as a local one
  }
}
