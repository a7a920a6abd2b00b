/** Verbs in which the main thread does a worker's part. */
const HELPED = /^(filter|select|slice|head|tail|sample|count|group|freq|stats)$/

/** Workers start as slowly as the command line loads: where they are needed, both happen at once. */
async function main(): Promise<never> {
  const [verb = '', ...words] = process.argv.slice(2)
  const isHelped = HELPED.test(verb)
  if (isHelped ? (await import('../input/large.js')).areLarge(words) : verb === 'run') {
    const { startPool } = await import('./early-pool.js')
    startPool(words, isHelped)
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

export {}
