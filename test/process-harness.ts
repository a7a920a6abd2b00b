/** Runs linemill as a process of its own, which may be killed, and looks at everything it leaves behind. */
import { spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach } from 'vitest'
import { MAIN } from './cli-harness.js'

/** A process that is still there by then hangs. What it may take is two seconds, on a machine that has them. */
const HANG_MILLISECONDS = 20_000

/** The folder in which the process runs: a new one for each test. */
export let folder: string

const root = mkdtempSync(join(tmpdir(), 'linemill-process-'))

/** Give each test of a file its folder; call at the file's top. */
export function useProcessFolders(): void {
  beforeEach(() => {
    folder = mkdtempSync(join(root, 'test-'))
  })
  afterAll(() => rmSync(root, { recursive: true, force: true }))
}

export function write(name: string, content: string | Buffer): void {
  writeFileSync(join(folder, name), content)
}

export function read(name: string): string {
  return readFileSync(join(folder, name), 'utf8')
}

/** Temporary files of outputs that were left behind. */
export function leftovers(): string[] {
  return readdirSync(folder).filter((name) => name.startsWith('.linemill'))
}

export interface Ended {
  /** The status as a shell sees it: 128 and the signal's number, where a signal ended the process. */
  readonly status: number
  readonly stdout: string
  readonly stderr: string
  /** Whether it had to be killed since it did not end. */
  readonly isHanging: boolean
  /** Whether processes are left that it has started. */
  readonly hasOrphans: boolean
}

export interface ProcessSettings {
  /** A command of bash that runs linemill as "$@", in place of running it directly. */
  readonly shell?: string
  readonly env?: Readonly<Record<string, string>>
  /** Signals to send, at milliseconds after the start. */
  readonly kills?: readonly { readonly signal: NodeJS.Signals; readonly after: number }[]
}

const SIGNAL_NUMBERS: Readonly<Record<string, number>> = {
  SIGHUP: 1,
  SIGINT: 2,
  SIGABRT: 6,
  SIGKILL: 9,
  SIGTERM: 15,
}

/** Run linemill in the folder. */
export async function linemillProcess(
  args: readonly string[],
  settings: ProcessSettings = {},
): Promise<Ended> {
  const { shell, env, kills = [] } = settings
  const words = [process.execPath, MAIN, ...args]
  const [program, ...rest] = shell === undefined ? words : ['bash', '-c', shell, 'bash', ...words]
  const child = spawn(program as string, rest, {
    cwd: folder,
    detached: true, // a group of its own, in which orphans are found
    env: { ...process.env, ...env },
  })
  const output = { stdout: '', stderr: '' }
  child.stdout.on('data', (bytes) => (output.stdout += bytes))
  child.stderr.on('data', (bytes) => (output.stderr += bytes))
  const timers = kills.map(({ signal, after }) => setTimeout(() => child.kill(signal), after))
  let isHanging = false
  timers.push(
    setTimeout(() => {
      isHanging = true
      process.kill(-(child.pid as number), 'SIGKILL')
    }, HANG_MILLISECONDS),
  )
  const [code, signal] = await new Promise<[number | null, string | null]>((resolve) => {
    child.once('exit', (...how) => child.once('close', () => resolve(how)))
  })
  for (const timer of timers) clearTimeout(timer)
  const status = code ?? 128 + (SIGNAL_NUMBERS[signal as string] ?? 0)
  return { ...output, status, isHanging, hasOrphans: isThere(-(child.pid as number)) }
}

function isThere(processes: number): boolean {
  try {
    process.kill(processes, 0)
    return true
  } catch {
    return false
  }
}
