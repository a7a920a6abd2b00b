/** What the tests of the engine share: a folder, a warm pool, jobs and inputs written as text. */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import { LinemillError } from '../dist/errors.js'
import type { RunOptions } from '../dist/options.js'
import type { Report } from '../dist/report.js'
import { runOnPool } from '../dist/run.js'
import { Pool } from '../dist/worker/pool.js'

const WORKERS = 2

// Made at once: some jobs are written while tests are collected. Workers start when they are first needed.
const folder = mkdtempSync(join(tmpdir(), 'linemill-engine-'))
const pool = new Pool(WORKERS)
let fileCount = 0

/** Clean up behind the tests of a file; call at its top. */
export function useEngine(): void {
  afterAll(async () => {
    await pool.close()
    rmSync(folder, { recursive: true, force: true })
  })
}

export function enginePool(): Pool {
  return pool
}

/** A path in the tests' folder. */
export function pathOf(name: string): string {
  return join(folder, name)
}

/** Write an input; the name's extension says its format. */
export function input(content: string | Buffer, name = `input-${fileCount++}.csv`): string {
  writeFileSync(pathOf(name), content)
  return pathOf(name)
}

/** Write a module. */
export function job(source: string, extension = 'mjs'): string {
  return input(source, `job-${fileCount++}.${extension}`)
}

/** A module whose job is a record function with header `output`, or none. */
export function recordJob(body: string, more = ''): string {
  return job(`export default { output: [], ${more} record(row, out, context) { ${body} } }`)
}

/** Run on the warm pool, with blocks of a few bytes, so that every run has several. */
export function run(module: string, inputs: string | string[], options: RunOptions = {}): Promise<Report> {
  return runOnPool(pool, module, inputs, { workers: WORKERS, blockBytes: 7, ...options })
}

/** What a run writes, as text. */
export async function outputOf(
  module: string,
  inputs: string | string[],
  options: RunOptions = {},
): Promise<string> {
  const { output } = await run(module, inputs, options)
  return String(output)
}

/** The error a promise must be rejected with. */
export async function failureOf(promise: Promise<unknown>): Promise<LinemillError> {
  const outcome = await promise.then(
    (value) => ({ value }),
    (thrown: unknown) => ({ thrown }),
  )
  if ('value' in outcome) throw new Error(`expected a failure, got ${JSON.stringify(outcome.value)}`)
  if (outcome.thrown instanceof LinemillError) return outcome.thrown
  throw new Error('expected a LinemillError', { cause: outcome.thrown })
}

/** Temporary files of outputs that were left behind. */
export function leftovers(): string[] {
  return readdirSync(folder).filter((name) => name.endsWith('.tmp'))
}
