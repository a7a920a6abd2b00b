#!/usr/bin/env node
// Workers start as slowly as the command line loads: `run` lets both happen at once.
if (process.argv[2] === 'run') {
  const { startPool } = await import('./early-pool.js')
  startPool()
}
const { obeyCommandLine } = await import('./command-line.js')
await obeyCommandLine()

export {}
