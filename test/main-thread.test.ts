/** What the main thread does not do, though it may take part: run a user's code, and blocks that take long. */
import { expect, test } from 'vitest'
import { linemillProcess, useProcessFolders, write } from './process-harness.js'

useProcessFolders()

/** A regular expression that takes for ever on this input. */
const ENDLESS = '/(a+)+$/.test(a)'

test.each([
  ['count', ['in.csv', '--where', ENDLESS]],
  ['filter', [ENDLESS, 'in.csv', '--count']],
])('%s is ended by a signal while an expression is under way', async (verb, words) => {
  write('in.csv', `a,b\n${'a'.repeat(60)}b,1\n`)
  const { status, isHanging } = await linemillProcess([verb, ...words], {
    kills: [{ signal: 'SIGINT', after: 1500 }],
  })
  expect([status, isHanging]).toEqual([130, false])
})

test.each(['count', 'stats'])("%s of a block that is large is not the main thread's", async (verb) => {
  write('in.csv', 'a,b\n1,2\n')
  const explained = async (block: string) => {
    const { stdout } = await linemillProcess([verb, 'in.csv', '--explain', '--block', block])
    return /^workers +(\d+)$/m.exec(stdout)?.[1]
  }
  expect([await explained('4M'), await explained('5M')]).toEqual(['0', '1'])
})
