import { count } from 'linemill'
import { expect, test } from 'vitest'
import { supportedInstructionSets } from '../dist/primitives/native.js'
import { input, useEngine } from './engine-harness.js'

useEngine()

test.runIf(supportedInstructionSets().length > 0)(
  'files of 8 MiB are read as a measurement says, and smaller ones mapped, with one result',
  async () => {
    for (const byteLength of [2 ** 23 - 16, 2 ** 23]) {
      const path = input('fifteen letters\n'.repeat(byteLength / 16), `lines-${byteLength}.txt`)
      const report = await count(path, { workers: 2 })
      const [{ strategy, strategyReason }] = report.inputs
      expect(report.count).toBe(byteLength / 16)
      if (byteLength < 2 ** 23) {
        expect([strategy, strategyReason]).toEqual(['mapped', 'a regular file'])
        continue
      }
      const [, mapped, read] = /^256 KiB took (\d+) µs mapped, (\d+) µs read$/.exec(strategyReason) ?? []
      expect(strategyReason).toMatch(/^256 KiB took/)
      if (Number(mapped) !== Number(read)) {
        expect(strategy).toBe(Number(mapped) < Number(read) ? 'mapped' : 'pread')
      }
      for (const forced of ['mapped', 'pread'] as const) {
        expect((await count(path, { workers: 2, strategy: forced })).count).toBe(report.count)
      }
    }
  },
)
