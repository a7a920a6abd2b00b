#!/usr/bin/env node
// Workers start as slowly as the command line loads: where they are needed, both happen at once.
try {
  const [verb, ...words] = process.argv.slice(2)
  if (
    verb === 'run' ||
    verb === 'filter' ||
    verb === 'select' ||
    verb === 'sample' ||
    ((verb === 'count' || verb === 'tail') && (await import('../input/large.js')).areLarge(words))
  ) {
    const { startPool } = await import('./early-pool.js')
    startPool(verb)
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
