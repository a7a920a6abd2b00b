/**
 * Put the modules of the command line into one file, and those of a worker into another, each with a small start file
 * beside it and caches of its compiled code: part of `npm run build:ts`. Node takes about a millisecond for each
 * module, in each thread, and some 25 to compile all of them; a command needs some seventy modules, a worker some fifty.
 */
import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { tokenizer } from 'acorn'
import { build } from 'esbuild'

const DIST = fileURLToPath(new URL('../dist/', import.meta.url))

/** Packages whose code is in a bundle. Others stay apart, and load when they are needed. */
const BUNDLED = ['@eslint-community/regexpp', 'acorn', 'commander', 'node-gyp-build']
const APART = /^(cli-progress)$/

/** What is bundled: folder and name. What only some expressions need has a bundle of its own. */
const ENTRIES = [
  { folder: 'cli', name: 'main', entry: 'dist/cli/main.js' },
  { folder: 'cli', name: 'acorn', entry: 'node_modules/acorn/dist/acorn.mjs' },
  { folder: 'cli', name: 'regexpp', entry: 'node_modules/@eslint-community/regexpp/index.mjs' },
  { folder: 'worker', name: 'worker', entry: 'dist/worker/worker.js' },
]

/**
 * What functions each cache holds, which has the name of its bundle or, behind that, one for the verbs that it is for:
 * those that ran in these commands. Others are compiled when they are first called, as without a cache; and what is in
 * a cache costs time and memory, needed or not.
 */
const CACHES = {
  'main-run': [['run', 'JOB', 'INPUT', '-o', 'OUTPUT']],
  'main-count': [['count', 'INPUT']],
  'main-filter': [
    ['filter', 'a === 1 && b !== "x"', 'INPUT', '-o', 'OUTPUT'],
    ['filter', '/^a[0-9]+|b?c/.test(line)', 'INPUT', '--count'],
  ],
  'main-copy': [
    ['select', 'b,a', 'INPUT', '-o', 'OUTPUT'],
    ['head', 'INPUT'],
  ],
  'main-table': [
    ['group', 'a', 'INPUT', '--agg', 'count,sum(a),min(a),mean(a),max(a)'],
    ['freq', 'a', 'INPUT'],
    ['stats', 'INPUT'],
  ],
  acorn: [['filter', 'a === 1 && b !== "x"', 'INPUT', '-o', 'OUTPUT']],
  regexpp: [['filter', '/^a[0-9]+|b?c/.test(line)', 'INPUT', '-o', 'OUTPUT']],
  worker: [],
}

/** The cache of each verb; others take that of `run`. */
const CACHE_OF_VERB = {
  count: 'main-count',
  filter: 'main-filter',
  select: 'main-copy',
  slice: 'main-copy',
  head: 'main-copy',
  tail: 'main-copy',
  sample: 'main-copy',
  group: 'main-table',
  freq: 'main-table',
  stats: 'main-table',
}

/**
 * What runs first: it compiles a bundle, which lies beside it, with the help of a cache. V8 refuses the cache of another
 * version or other flags, but would run one that is damaged, or of another bundle of the same length; so both files are
 * looked at, a word of each kilobyte. The name that stack traces show is kept in the cache, so it must not be a path: the
 * package lies elsewhere when it is installed. Modules of a user's are imported from here, since code that is compiled like
 * this has no `import`.
 */
const startText = (name, marks, longest) => `
const { closeSync, openSync, readFileSync, readSync } = require('node:fs')
const { pathToFileURL } = require('node:url')
const { Script } = require('node:vm')
${markOf}
const marks = ${JSON.stringify(marks)}
// Files are read into the same memory, one after the other: a page that is touched first costs more than what is in it.
const memory = Buffer.allocUnsafeSlow(${longest} + 1)
function read(path) {
  const fd = openSync(path)
  try {
    let length = 0
    for (let more = 1; more > 0; length += more) more = readSync(fd, memory, length, memory.length - length)
    return length < memory.length ? memory.subarray(0, length) : readFileSync(path)
  } finally {
    closeSync(fd)
  }
}
function load(name, cache) {
  const path = __dirname + '/' + name + '-bundle.cjs'
  const code = read(path)
  const mark = markOf(code)
  const text = code.latin1Slice()
  let cachedData
  try {
    if (process.arch === ${JSON.stringify(process.arch)}) cachedData = read(__dirname + '/' + cache + '.cache')
  } catch {}
  if (cachedData && mark + markOf(cachedData) !== marks[cache]) cachedData = undefined
  const script = new Script(text, { filename: 'linemill:' + name, cachedData })
  return script.runInThisContext()(require, pathToFileURL(path).href, (url) => import(url)${name === 'main' ? ', (name) => load(name, name)' : ''})
}
load('${name}', ${name === 'main' ? `${JSON.stringify(CACHE_OF_VERB)}[process.argv[2]] ?? 'main-run'` : `'${name}'`})
`

/** What is told before anything that tells failures better has loaded. */
const guarded = (text) => `try {${text}} catch ({ code, message }) {
  process.stderr.write('linemill: cannot load: ' + message + '\\n')
  process.exit(/^(EMFILE|ENFILE|ENOMEM)$/.test(code) ? 75 : 1)
}
`

/** A mark of a file's content: its length, and a hash of a word of each kilobyte. */
function markOf(bytes) {
  const words = new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length >> 2)
  let hash = 0
  for (let at = 0; at < words.length; at += 256) hash = Math.imul(hash ^ words[at], 16777619)
  return `${bytes.length}:${hash} `
}

const plugin = {
  name: 'linemill',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: APART }, ({ path, namespace }) =>
      namespace === 'package' ? { path, external: true } : { path, namespace: 'package' },
    )
    onLoad({ filter: /./, namespace: 'package' }, ({ path }) => ({
      contents: `module.exports = require(${JSON.stringify(path)})`,
    }))
    onResolve({ filter: /^acorn$/ }, ({ path }) => ({ path, namespace: 'acorn' }))
    onLoad({ filter: /./, namespace: 'acorn' }, () => ({ contents: "module.exports = loadBundle('acorn')" }))
    // Loaded where it is first used.
    onResolve({ filter: /regexpp$/ }, ({ path }) => ({ path, namespace: 'regexpp' }))
    onLoad({ filter: /./, namespace: 'regexpp' }, () => ({
      contents: "module.exports = { get RegExpParser() { return loadBundle('regexpp').RegExpParser } }",
    }))
    // It starts commands that are programs of their own. linemill has none, and loading it takes five milliseconds.
    onResolve({ filter: /^node:child_process$/ }, ({ path, importer }) =>
      /[\\/]commander[\\/]/.test(importer) ? { path, namespace: 'unused' } : undefined,
    )
    onLoad({ filter: /./, namespace: 'unused' }, () => ({ contents: 'module.exports = {}' }))
  },
}

/** A bundle finds files by its own place, so it lies as deep as the modules in it: dist/FOLDER/FILE. */
async function bundle({ folder, name, entry }) {
  const outfile = join(DIST, folder, `${name}-bundle.cjs`)
  const { metafile } = await build({
    entryPoints: [fileURLToPath(new URL(`../${entry}`, import.meta.url))],
    outfile,
    bundle: true,
    metafile: true,
    plugins: [plugin],
    define: { 'import.meta.url': 'bundleUrl' },
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    charset: 'ascii',
    minify: true,
    legalComments: 'none',
    logLevel: 'warning',
  })
  const wrapped = `(function (require, bundleUrl, importModule, loadBundle) {
const module = { exports: {} }, exports = module.exports
${importByFunction(readFileSync(outfile, 'latin1'))}
return module.exports
})`
  writeFileSync(outfile, wrapped, 'latin1')
  return Object.keys(metafile.inputs)
}

/** Put a call of `importModule` in the place of each import that is left: those of modules that are not known yet. */
function importByFunction(code) {
  let done = 0
  let replaced = ''
  for (const { type, start, end } of tokenizer(code, { ecmaVersion: 'latest' })) {
    if (type.keyword !== 'import') continue
    replaced += `${code.slice(done, start)}importModule`
    done = end
  }
  return replaced + code.slice(done)
}

/** What runs before the bundle of the command line, in its start file. */
async function bundleEarly() {
  const { outputFiles } = await build({
    entryPoints: [join(DIST, 'cli/start.js')],
    bundle: true,
    write: false,
    define: { 'import.meta.url': 'startUrl' },
    banner: { js: "const startUrl = require('node:url').pathToFileURL(__filename).href" },
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    logLevel: 'warning',
  })
  return outputFiles[0].text
}

const earlyText = `#!/usr/bin/env node\n${await bundleEarly()}`

/** The folder of a cache, and the bundle that it is of. */
function placeOf(cache) {
  const { folder, name } = ENTRIES.find(({ name }) => name === cache.replace(/-.*/, ''))
  return { folder: join(DIST, folder), name }
}

/** Write the files that start the bundles, which know the caches that are there. */
function writeStarts() {
  for (const start of ['main', 'worker']) {
    const { folder } = placeOf(start)
    const there = Object.keys(CACHES).filter((cache) => existsSync(join(folder, `${cache}.cache`)))
    let longest = 0
    const markOfFile = (file) => {
      const bytes = readFileSync(join(folder, file))
      longest = Math.max(longest, bytes.length)
      return markOf(bytes)
    }
    const marks = there.map((cache) => [
      cache,
      markOfFile(`${placeOf(cache).name}-bundle.cjs`) + markOfFile(`${cache}.cache`),
    ])
    const text = startText(start, Object.fromEntries(marks), longest)
    writeFileSync(join(folder, `${start}.cjs`), start === 'main' ? earlyText + guarded(text) : text)
    chmodSync(join(folder, `${start}.cjs`), 0o755)
  }
}

function writeCaches() {
  const cacheCode = fileURLToPath(new URL('cache-code.cjs', import.meta.url))
  for (const [cache, commands] of Object.entries(CACHES)) {
    const { folder, name } = placeOf(cache)
    const words = [cacheCode, DIST, name, join(folder, `${cache}.cache`), JSON.stringify(commands)]
    const { status } = spawnSync(process.execPath, words, { stdio: ['ignore', 'ignore', 'inherit'] })
    if (status !== 0) throw new Error(`no cache of compiled code for ${cache}: see above`)
  }
}

/** Write the licences of what is in the bundles. */
function writeLicences() {
  const texts = BUNDLED.map((name) => {
    const folder = fileURLToPath(new URL(`../node_modules/${name}/`, import.meta.url))
    const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
    return `${name} ${version}\n\n${readFileSync(join(folder, 'LICENSE'), 'utf8')}`
  })
  writeFileSync(join(DIST, 'bundled-licences.txt'), texts.join('\n----\n\n'))
}

for (const folder of new Set(ENTRIES.map(({ folder }) => join(DIST, folder)))) {
  // Or what is in them would be cached again.
  for (const file of readdirSync(folder)) if (file.endsWith('.cache')) rmSync(join(folder, file))
}
const inputs = (await Promise.all(ENTRIES.map(bundle))).flat()
const foreign = new Set(inputs.flatMap((path) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? []))
const unlicensed = [...foreign].filter((name) => !BUNDLED.includes(name))
if (unlicensed.length > 0) throw new Error(`bundled without a licence: ${unlicensed.join(', ')}`)
writeLicences()
writeStarts()
writeCaches()
writeStarts()
