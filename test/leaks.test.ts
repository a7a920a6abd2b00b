/** A thousand calls of one pool, ended in every way, leave nothing behind: no thread, descriptor, mapping, memory. */
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const SCRIPT = fileURLToPath(new URL('./jobs/leaks.mjs', import.meta.url))
/** By then threads, modules and the first region are there, and most functions are compiled. */
const WARM = 200
const CALLS = 1000

/**
 * What may be held more after 800 further calls: several times what was seen (26; 6, 4 and 1.6 MiB; 55 KiB; 0), and far
 * less than 800 times what a call could leave: a region is 24 MiB, its control words 200 KiB, a mapping an area.
 */
const MORE = {
  areas: 120,
  anonymousKilobytes: 24 * 1024,
  virtualKilobytes: 64 * 1024,
  heapKilobytes: 4 * 1024,
  externalKilobytes: 1024,
  bufferKilobytes: 1024,
}
/** Each run takes the region of the one before; if each made its own, hundreds would wait to be collected. */
const PEAK_KILOBYTES = 256 * 1024

test.runIf(process.platform === 'linux')(
  'a pool that is called a thousand times',
  { timeout: 300_000 },
  () => {
    const args = ['--expose-gc', '--max-semi-space-size=1', SCRIPT, String(WARM), String(CALLS)]
    // What is not in use is to be given back at once, instead of being kept for what may come.
    const env = { ...process.env, MALLOC_MMAP_THRESHOLD_: '32768', MALLOC_TRIM_THRESHOLD_: '0' }
    const { status, signal, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8', env })
    expect({ status, signal, stderr }).toEqual({ status: 0, signal: null, stderr: '' })
    const [before, after] = JSON.parse(stdout)
    const { threads, descriptors } = before
    // Two inputs and the output.
    expect(after).toMatchObject({ threads, descriptors, files: 3, listeners: 0, inputMappings: 0 })
    const more = Object.keys(MORE).map((name) => [name, Math.round(after[name] - before[name])] as const)
    expect(after.peakBufferKilobytes).toBeLessThan(PEAK_KILOBYTES)
    expect(more.filter(([name, amount]) => !(amount <= MORE[name as keyof typeof MORE]))).toEqual([])
  },
)
