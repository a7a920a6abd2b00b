/**
 * Put the modules of the command line into one file, and those of a worker into another, each with a small start file
 * beside it and a cache of its compiled code: part of `npm run build:ts`. Node takes about a millisecond for each
 * module, in each thread, and some 25 to compile all of them; a command needs some seventy modules, a worker some fifty.
 */
import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { tokenizer } from 'acorn'
import { build } from 'esbuild'

const DIST = fileURLToPath(new URL('../dist/', import.meta.url))

/** Packages that every command needs. Others stay apart, and load when they are needed. */
const BUNDLED = ['commander', 'node-gyp-build']
const APART = /^(acorn|cli-progress)$/

/** What is bundled: folder and name. */
const ENTRIES = [
  ['cli', 'main'],
  ['worker', 'worker'],
]

/**
 * What runs first: it compiles the bundle, which lies beside it, with the help of its cache. V8 refuses the cache of another
 * version or other flags, but would run one that is damaged, or of another bundle of the same length; so both files are
 * looked at, a word of each kilobyte. The name that stack traces show is kept in the cache, so it must not be a path: the
 * package lies elsewhere when it is installed. Modules of a user's are imported from here, since code that is compiled like
 * this has no `import`.
 */
const startText = (name, mark) => `
const { readFileSync } = require('node:fs')
const { pathToFileURL } = require('node:url')
const { Script } = require('node:vm')
${markOf}
const path = __dirname + '/${name}-bundle.cjs'
const code = readFileSync(path)
let cachedData
try {
  if (process.arch === ${JSON.stringify(process.arch)}) cachedData = readFileSync(__dirname + '/${name}-bundle.cache')
} catch {}
if (cachedData && markOf(code) + markOf(cachedData) !== ${JSON.stringify(mark)}) cachedData = undefined
const script = new Script(code.latin1Slice(), { filename: 'linemill:${name}', cachedData })
script.runInThisContext()(require, pathToFileURL(path).href, (url) => import(url))
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
    // It starts commands that are programs of their own. linemill has none, and loading it takes five milliseconds.
    onResolve({ filter: /^node:child_process$/ }, ({ path, importer }) =>
      /[\\/]commander[\\/]/.test(importer) ? { path, namespace: 'unused' } : undefined,
    )
    onLoad({ filter: /./, namespace: 'unused' }, () => ({ contents: 'module.exports = {}' }))
  },
}

/** A bundle finds files by its own place, so it lies as deep as the modules in it: dist/FOLDER/FILE. */
async function bundle(folder, name) {
  const outfile = join(DIST, folder, `${name}-bundle.cjs`)
  const { metafile } = await build({
    entryPoints: [join(DIST, folder, `${name}.js`)],
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
  const wrapped = `(function (require, bundleUrl, importModule) {
const module = { exports: {} }, exports = module.exports
${importByFunction(readFileSync(outfile, 'latin1'))}})`
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

/** Write the files that start the bundles, with their caches if these are there. */
function writeStarts() {
  for (const [folder, name] of ENTRIES) {
    const path = join(DIST, folder, name)
    const caches = existsSync(`${path}-bundle.cache`) ? [readFileSync(`${path}-bundle.cache`)] : []
    const mark = [readFileSync(`${path}-bundle.cjs`), ...caches].map(markOf).join('')
    const text = startText(name, mark)
    writeFileSync(`${path}.cjs`, name === 'main' ? earlyText + guarded(text) : text)
    chmodSync(`${path}.cjs`, 0o755)
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

const inputs = []
for (const [folder, name] of ENTRIES) {
  rmSync(join(DIST, folder, `${name}-bundle.cache`), { force: true }) // or what is in it would be cached again
  inputs.push(...(await bundle(folder, name)))
}
const foreign = new Set(inputs.flatMap((path) => /node_modules\/([^/]+)/.exec(path)?.[1] ?? []))
const unlicensed = [...foreign].filter((name) => !BUNDLED.includes(name))
if (unlicensed.length > 0) throw new Error(`bundled without a licence: ${unlicensed.join(', ')}`)
writeLicences()
writeStarts()
const cacheCode = fileURLToPath(new URL('cache-code.cjs', import.meta.url))
const { status } = spawnSync(process.execPath, [cacheCode, DIST], { stdio: ['ignore', 'ignore', 'inherit'] })
if (status !== 0) throw new Error('no cache of compiled code: see above')
writeStarts()
