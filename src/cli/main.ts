import { earlyThreads } from '../worker/start-thread.js'

/** What runs behind start.ts. */
async function main(): Promise<never> {
  if (earlyThreads() > 0) {
    const { takeThreads } = await import('./early-pool.js')
    takeThreads()
  }
  const { obeyCommandLine } = await import('./command-line.js')
  return obeyCommandLine()
}

main().catch((thrown) => {
  // Nothing that tells failures better has loaded.
  const { code, message } = thrown as NodeJS.ErrnoException
  process.stderr.write(`linemill: cannot load: ${message}\n`)
  const isShortage = /^(EMFILE|ENFILE|ENOMEM)$/.test(code ?? '') || message.includes('too many open files')
  process.exit(isShortage ? 75 : 1)
})
