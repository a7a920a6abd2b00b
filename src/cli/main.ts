import { earlyThreads } from '../worker/early-threads.js'

/** What runs behind start.ts. */
async function main(): Promise<never> {
  if (earlyThreads() > 0) {
    const { takeThreads } = await import('./early-pool.js')
    takeThreads()
  }
  const { obeyCommandLine } = await import('./command-line.js')
  return obeyCommandLine()
}

/** Where nothing is left to do the command is not done: it ends the process itself. */
process.once('beforeExit', () => {
  process.stderr.write('linemill: internal error: nothing goes on, and the command is not done\n')
  process.exit(1)
})

main().catch((thrown: Error) => {
  process.stderr.write(`linemill: cannot load: ${thrown.message}\n`)
  process.exit(1)
})
