/**
 * Write a cache of compiled code that a start file of the bundles uses (see bundle.mjs): work as the command line or as
 * a worker does, and keep what has been compiled for it. `node scripts/cache-code.cjs DIST BUNDLE FILE COMMANDS`
 */
const { mkdtempSync, rmSync, writeFileSync } = require('node:fs')
const { tmpdir } = require('node:os')
const { join } = require('node:path')
const { pathToFileURL } = require('node:url')
const vm = require('node:vm')
const threads = require('node:worker_threads')

// All runs of a start file share one script of each bundle: what one has compiled, the next one finds.
const { Script } = vm
const scripts = new Map()
vm.Script = function keepScript(code, options) {
  const name = options.filename.replace('linemill:', '')
  if (!scripts.has(name)) scripts.set(name, new Script(code, options))
  return scripts.get(name)
}

const [dist, bundle, file, commands] = threads.isMainThread ? process.argv.slice(2) : threads.workerData
const writeCache = () => writeFileSync(file, scripts.get(bundle).createCachedData())

async function cacheMain() {
  const { folder, words } = writeInput()
  try {
    process.stdout.write = () => true
    for (const command of JSON.parse(commands)) await obey(join(dist, 'cli/main.cjs'), command, words)
    writeCache()
  } finally {
    rmSync(folder, { recursive: true })
  }
  process.reallyExit(0)
}

/** Files for commands, by the words that stand for them. */
function writeInput() {
  const folder = mkdtempSync(join(tmpdir(), 'linemill-build-'))
  const words = {
    JOB: join(folder, 'job.mjs'),
    INPUT: join(folder, 'in.csv'),
    OUTPUT: join(folder, 'out.csv'),
  }
  writeFileSync(words.JOB, 'export default (line) => line')
  writeFileSync(words.INPUT, 'a,b\n1,x\n2,y\n')
  return { folder, words }
}

/** Do what a command line says, up to where the process would end. */
function obey(main, command, words) {
  process.argv = [process.argv[0], main, ...command.map((word) => words[word] ?? word)]
  delete require.cache[main]
  return new Promise((resolve, reject) => {
    process.exit = (status = process.exitCode) => {
      if (status) reject(new Error(`${command.join(' ')} failed: ${status}`))
      else resolve()
      return new Promise(() => undefined)
    }
    require(main)
  })
}

/** One worker, which runs what the library's verbs are made of: it writes its cache whenever it is done with one. */
async function cacheWorkers() {
  threads.Worker = class extends threads.Worker {
    constructor(_url, options) {
      super(__filename, { ...options, workerData: [dist, bundle, file] })
    }
  }
  const { folder, words } = writeInput()
  try {
    const { createPool } = await import(pathToFileURL(join(dist, 'index.js')).href)
    const pool = await createPool({ workers: 1 })
    const { INPUT, OUTPUT, JOB } = words
    await pool.run(pathToFileURL(JOB), INPUT, { output: OUTPUT })
    await pool.filter('a === 1 && b !== "x"', INPUT, { output: OUTPUT })
    await pool.select('b,a', INPUT, { output: OUTPUT })
    await pool.groupBy('a', INPUT, { aggregates: 'count,sum(a),min(a),mean(a),max(a)' })
    await pool.close()
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function workAndCache() {
  const port = threads.parentPort
  const post = port.postMessage.bind(port)
  port.postMessage = (message) => {
    if (message.type === 'finished') writeCache()
    post(message)
  }
  require(join(dist, 'worker/worker.cjs'))
}

if (!threads.isMainThread) workAndCache()
else if (bundle === 'worker') cacheWorkers()
else cacheMain()
