// One command in a process of its own, and what it took.
import { spawn, spawnSync } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const WRAPPER = fileURLToPath(new URL('measure.py', import.meta.url))
const hasWrapper = spawnSync('python3', ['-c', 'import os; os.wait4; os.waitstatus_to_exitcode']).status === 0

/**
 * @typedef {object} Figures
 * @property {number} seconds from before the process is made until it is gone
 * @property {number | null} user seconds of processor time; null where there is no python3 to ask for it
 * @property {number | null} system
 * @property {number | null} peakBytes largest resident memory, pages of mapped files included
 * @property {number | null} peakOwnBytes the same without files; only where memory is watched, on Linux
 */

/**
 * Run a command to its end.
 *
 * @param {readonly string[]} command
 * @param {{ stdout?: string, watchesMemory?: boolean }} options stdout: file that receives standard output
 * @returns {Promise<Figures>}
 * @throws when it fails, with what it said
 */
export async function measure(command, { stdout, watchesMemory = false } = {}) {
  const wrapper = hasWrapper ? ['python3', WRAPPER, ...(watchesMemory ? ['--watch-memory'] : [])] : []
  const [program, ...args] = [...wrapper, ...command]
  const target = stdout === undefined ? 'ignore' : openSync(stdout, 'w')
  const began = performance.now()
  try {
    const child = spawn(program, args, { stdio: ['ignore', target, 'pipe', 'pipe'] })
    const [errors, said, status] = await Promise.all([
      text(child.stderr),
      text(child.stdio[3]),
      new Promise((resolve, reject) =>
        child.once('error', reject).once('close', (code, signal) => resolve(code ?? signal)),
      ),
    ])
    const measured = hasWrapper && status === 0 ? JSON.parse(said) : { status }
    if (measured.status !== 0) throw new Error(`${command.join(' ')}: status ${measured.status}\n${errors}`)
    const { user = null, system = null, peakBytes = null, peakOwnBytes = null } = measured
    const seconds = measured.seconds ?? (performance.now() - began) / 1000
    return { seconds, user, system, peakBytes, peakOwnBytes }
  } finally {
    if (target !== 'ignore') closeSync(target)
  }
}

async function text(stream) {
  let all = ''
  for await (const piece of stream.setEncoding('utf8')) all += piece
  return all
}
