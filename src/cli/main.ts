#!/usr/bin/env node
// Workers start as slowly as the command line loads: `run` lets both happen at once.
try {
  if (process.argv[2] === 'run') {
    const { startPool } = await import('./early-pool.js')
    startPool()
  }
  const { obeyCommandLine } = await import('./command-line.js')
  await obeyCommandLine()
} catch (thrown) {
  // Nothing that tells failures better has loaded.
  const { code, message } = thrown as NodeJS.ErrnoException
  process.stderr.write(`linemill: cannot load: ${message}\n`)
  process.exit(code === 'EMFILE' || code === 'ENFILE' || code === 'ENOMEM' ? 75 : 1)
}

export {}
