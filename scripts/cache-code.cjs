/**
 * Write the caches of compiled code that the start files of the bundles use (see bundle.mjs): work as the command line
 * does, and keep what has been compiled for it. `node scripts/cache-code.cjs DIST`
 */
const { mkdtempSync, rmSync, writeFileSync } = require('node:fs')
const { tmpdir } = require('node:os')
const { join } = require('node:path')
const vm = require('node:vm')
const threads = require('node:worker_threads')

/** What is cached: functions of other commands are compiled when they are first called, as without a cache. */
const COMMANDS = [
  ['run', 'JOB', 'INPUT', '-o', 'OUTPUT'],
  ['count', 'INPUT'],
  ['filter', 'a === 1', 'INPUT', '-o', 'OUTPUT'],
]

// All runs of a start file share one script: what one has compiled, the next one finds.
const { Script } = vm
let script
vm.Script = function keepScript(...given) {
  script ??= new Script(...given)
  return script
}

function writeCache(file) {
  writeFileSync(file, script.createCachedData())
}

async function cacheMain(dist) {
  threads.Worker = class extends threads.Worker {
    constructor(_url, options) {
      super(__filename, { ...options, argv: [dist] })
    }
  }
  const folder = mkdtempSync(join(tmpdir(), 'linemill-build-'))
  const words = {
    JOB: join(folder, 'job.mjs'),
    INPUT: join(folder, 'in.csv'),
    OUTPUT: join(folder, 'out.csv'),
  }
  try {
    writeFileSync(words.JOB, 'export default (line) => line')
    writeFileSync(words.INPUT, 'a,b\n1,x\n2,y\n')
    process.stdout.write = () => true
    for (const command of COMMANDS) await obey(join(dist, 'cli/main.cjs'), command, words)
    writeCache(join(dist, 'cli/main-bundle.cache'))
  } finally {
    rmSync(folder, { recursive: true })
  }
  process.reallyExit(0)
}

/** Do what a command line says, up to where the process would end. */
function obey(main, command, words) {
  process.argv = [process.argv[0], main, ...command.map((word) => words[word] ?? word)]
  delete require.cache[main]
  return new Promise((resolve, reject) => {
    process.exit = () => {
      if (process.exitCode) reject(new Error(`${command.join(' ')} failed: ${process.exitCode}`))
      else resolve()
      return new Promise(() => undefined)
    }
    require(main)
  })
}

function cacheWorker(dist) {
  const port = threads.parentPort
  const post = port.postMessage.bind(port)
  port.postMessage = (message) => {
    if (message.type === 'finished') writeCache(join(dist, 'worker/worker-bundle.cache'))
    post(message)
  }
  require(join(dist, 'worker/worker.cjs'))
}

if (threads.isMainThread) cacheMain(process.argv[2])
else cacheWorker(process.argv[2])
