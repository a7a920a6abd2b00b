/**
 * Put the modules of the command line into one file, and those of a worker into another, in the places of their
 * entries: part of `npm run build:ts`. Node takes about a millisecond for each module, in each thread, and a command
 * needs some seventy, a worker some fifty. Packages that linemill depends on stay apart.
 */
import { chmodSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const DIST = fileURLToPath(new URL('../dist/', import.meta.url))

/**
 * Packages that stay apart, each loaded when the first module that imports it runs, not with the bundle, and by
 * `require`, which takes half the time of `import`.
 */
const packages = {
  name: 'packages',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^(acorn|cli-progress|commander)$/ }, ({ path, namespace }) =>
      namespace === 'package' ? { path, external: true } : { path, namespace: 'package' },
    )
    onLoad({ filter: /./, namespace: 'package' }, ({ path }) => ({
      contents: `module.exports = require(${JSON.stringify(path)})`,
    }))
  },
}

/** A bundle finds files by its own place, so it lies as deep as the modules in it: dist/FOLDER/FILE. */
const ENTRIES = ['cli/main.js', 'worker/worker.js']

await build({
  absWorkingDir: DIST,
  entryPoints: ENTRIES,
  outdir: DIST,
  outbase: DIST,
  allowOverwrite: true,
  bundle: true,
  plugins: [packages],
  external: ['node-gyp-build'],
  banner: {
    js: "import { createRequire as packagesOf } from 'node:module'; const require = packagesOf(import.meta.url)",
  },
  platform: 'node',
  format: 'esm',
  target: 'node20',
  logLevel: 'warning',
})
chmodSync(`${DIST}cli/main.js`, 0o755)
