import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { afterAll, beforeEach } from 'vitest'

export const MAIN = fileURLToPath(new URL('../dist/cli/main.cjs', import.meta.url))
export const EXAMPLES = fileURLToPath(new URL('../examples/', import.meta.url))

/** The folder in which the command line runs: a new one for each test. */
export let folder: string

/** Give each test of a file its folder; called once, at the file's top. */
export function useFolders(): void {
  const root = mkdtempSync(join(tmpdir(), 'linemill-cli-'))
  beforeEach(() => {
    folder = mkdtempSync(join(root, 'test-'))
  })
  afterAll(() => rmSync(root, { recursive: true }))
}

/** Run linemill; a failure is a result, not an exception. */
export function linemill(...args: string[]) {
  return execa(process.execPath, [MAIN, ...args], { cwd: folder, reject: false, stripFinalNewline: false })
}

/** Run a command line of bash in which `linemill` is this one. */
export function shell(line: string) {
  const define = `linemill() { ${JSON.stringify(process.execPath)} ${JSON.stringify(MAIN)} "$@"; }`
  return execa('bash', ['-c', `${define}; set -o pipefail; ${line}`], { cwd: folder, reject: false })
}
