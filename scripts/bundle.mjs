/**
 * Put the modules of the command line into one file, and those of a worker into another, each with a small start file
 * beside it and a cache of its compiled code: part of `npm run build:ts`. Node takes about a millisecond for each
 * module, in each thread, and some 25 to compile all of them; a command needs some seventy modules, a worker some fifty.
 */
import { spawnSync } from 'node:child_process'
import { chmodSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const DIST = fileURLToPath(new URL('../dist/', import.meta.url))

/** Packages that every command needs. Others stay apart, and load when they are needed. */
const BUNDLED = ['commander', 'node-gyp-build']
const APART = /^(acorn|cli-progress)$/

/**
 * What runs first: it compiles the bundle, which lies beside it, with the help of its cache. V8 refuses the cache of another
 * version or other flags, and then compiles anew. The name that stack traces show is kept in the cache, so it must not be a
 * path: the package lies elsewhere when it is installed. Modules of a user's are imported from here, since code that is
 * compiled like this has no `import`.
 */
const START = (name) => `{
const { readFileSync } = require('node:fs')
const { pathToFileURL } = require('node:url')
const { Script } = require('node:vm')
const path = __dirname + '/${name}-bundle.cjs'
let cachedData
try {
  cachedData = readFileSync(__dirname + '/${name}-bundle.cache')
} catch {}
const script = new Script(readFileSync(path, 'latin1'), { filename: 'linemill:${name}', cachedData })
script.runInThisContext()(require, pathToFileURL(path).href, (url) => import(url))
}
`

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
  const code = readFileSync(outfile, 'latin1').replace(/\bimport\((?!\))/g, 'importModule(')
  const wrapped = `(function (require, bundleUrl, importModule) {
const module = { exports: {} }, exports = module.exports
${code}})`
  writeFileSync(outfile, wrapped, 'latin1')
  const first = name === 'main' ? `#!/usr/bin/env node\n${await bundleStart()}` : ''
  const start = join(DIST, folder, `${name}.cjs`)
  writeFileSync(start, first + START(name))
  chmodSync(start, 0o755)
  return Object.keys(metafile.inputs)
}

/** What runs before the bundle of the command line, in its start file. */
async function bundleStart() {
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

/** Write the licences of what is in the bundles. */
function writeLicences() {
  const texts = BUNDLED.map((name) => {
    const folder = fileURLToPath(new URL(`../node_modules/${name}/`, import.meta.url))
    const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
    return `${name} ${version}\n\n${readFileSync(join(folder, 'LICENSE'), 'utf8')}`
  })
  writeFileSync(join(DIST, 'bundled-licences.txt'), texts.join('\n----\n\n'))
}

const inputs = [...(await bundle('cli', 'main')), ...(await bundle('worker', 'worker'))]
const foreign = new Set(inputs.flatMap((path) => /node_modules\/([^/]+)/.exec(path)?.[1] ?? []))
const unlicensed = [...foreign].filter((name) => !BUNDLED.includes(name))
if (unlicensed.length > 0) throw new Error(`bundled without a licence: ${unlicensed.join(', ')}`)
writeLicences()
const { status } = spawnSync(
  process.execPath,
  [fileURLToPath(new URL('cache-code.cjs', import.meta.url)), DIST],
  {
    stdio: ['ignore', 'ignore', 'inherit'],
  },
)
if (status !== 0) throw new Error('no cache of compiled code: see above')
