/**
 * Check what would be published: `npm run test:package`.
 *
 * The package is packed, looked over by publint and attw, and installed into empty folders as users do, without
 * scripts: with its prebuilt addon, and without, where the command of the warning must build it. Its types are
 * compiled by a project that uses them. Needs the npm registry, and what builds the addon.
 */

import { equal, match, ok } from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'linemill-package-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))

/** The user's environment: what npm gave to this script, the project's own programs above all, is not in it. */
const ENVIRONMENT = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !/^(npm_|LINEMILL_|NODE_OPTIONS$)/i.test(name)),
)
ENVIRONMENT.PATH = process.env.PATH.split(delimiter)
  .filter((path) => !/node_modules|node-gyp-bin/.test(path))
  .join(delimiter)

/** Run a command whose failure ends the check; its standard output is returned. */
function run(command, args, cwd = ROOT) {
  console.log(`$ ${command} ${args.join(' ')}`)
  return execFileSync(command, args, {
    cwd,
    env: ENVIRONMENT,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  })
}

/** A program of the project's own dependencies. */
const tool = (name) => join(ROOT, 'node_modules/.bin', name)

function pack() {
  const args = ['pack', '--ignore-scripts', '--json', '--pack-destination', folder]
  const [{ filename, files, unpackedSize }] = Object.values(JSON.parse(run('npm', args)))
  console.log(`${filename}: ${files.length} files, ${unpackedSize} bytes`)
  const paths = files.map(({ path }) => path)
  const needed = ['README.md', 'LICENSE', 'dist/cli/main.cjs', 'native/addon.cc', 'binding.gyp']
  for (const path of needed) ok(paths.includes(path), `${path} is not packed`)
  ok(
    paths.some((path) => path.startsWith(`prebuilds/${process.platform}-${process.arch}/`)),
    'no prebuilt addon is packed: npm run prebuilds',
  )
  return join(folder, filename)
}

/** Install into an empty folder; its name has a space, as users' have. */
function install(tarball, name) {
  const project = join(folder, name)
  mkdirSync(project)
  writeFileSync(join(project, 'package.json'), '{ "type": "module" }')
  run('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--silent', tarball], project)
  writeFileSync(join(project, 'words.txt'), 'one\ntwo\nthree')
  writeFileSync(join(project, 'job.mjs'), 'export default (line) => line.toUpperCase()\n')
  return project
}

/** Run linemill as an installed command. */
function linemill(project, ...args) {
  const { status, stdout, stderr } = spawnSync('npx', ['linemill', ...args], {
    cwd: project,
    env: ENVIRONMENT,
    encoding: 'utf8',
  })
  equal(status, 0, stderr)
  return { stdout, stderr }
}

function checkCommands(project, expectError, instructions) {
  const count = linemill(project, 'count', 'words.txt')
  equal(count.stdout, '3\n')
  expectError(count.stderr)
  const job = linemill(project, 'run', 'job.mjs', 'words.txt')
  equal(job.stdout, 'ONE\nTWO\nTHREE\n')
  expectError(job.stderr)
  match(linemill(project, 'count', 'words.txt', '--report').stderr, instructions)
}

const NATIVE = /^instructions +(?!portable)/m
const silence = (stderr) => equal(stderr, '')
const oneWarning = (stderr) => match(stderr, /^linemill: warning: the native addon does not load[^\n]*\n$/)

function checkPrebuilt(tarball) {
  const project = install(tarball, 'prebuilt')
  checkCommands(project, silence, NATIVE)
  return project
}

/** As on a system for which nothing was built beforehand: the command that the warning names must mend it. */
function checkUnbuilt(tarball) {
  const project = install(tarball, 'not built')
  rmSync(join(project, 'node_modules/linemill/prebuilds'), { recursive: true })
  checkCommands(project, oneWarning, /^instructions +portable$/m)
  const [, command] = /`(npm [^`]+)`/.exec(linemill(project, 'count', 'words.txt').stderr)
  run('sh', ['-c', command], project)
  ok(existsSync(join(project, 'node_modules/linemill/build/Release/linemill.node')))
  checkCommands(project, silence, NATIVE)
}

/** The types as users' compilers see them: not ours from src, their libraries checked too. */
function checkTypes(project) {
  const use = readFileSync(join(ROOT, 'test/types.test.ts'), 'utf8')
  const program = use.replace(/^import .* from 'vitest'$/m, VITEST_TYPES)
  writeFileSync(join(project, 'use.ts'), program)
  const settings = ['--noEmit', '--strict', '--target', 'es2022', '--lib', 'es2022,esnext.disposable']
  const types = ['--typeRoots', join(ROOT, 'node_modules/@types'), '--types', 'node']
  for (const [module, resolution] of [
    ['nodenext', 'nodenext'],
    ['esnext', 'bundler'],
  ]) {
    const how = ['--module', module, '--moduleResolution', resolution]
    run(tool('tsc'), [...settings, ...types, ...how, 'use.ts'], project)
  }
}

/** The test's own imports, without a test runner in the user's project. */
const VITEST_TYPES = `import { expectTypeOf } from '${join(ROOT, 'node_modules/vitest/dist/index.js')}'
declare function test(name: string, body: () => void): void
declare function describe(name: string, body: () => void): void`

const tarball = pack()
run(tool('publint'), ['--strict', tarball])
run(tool('attw'), [tarball, '--profile', 'esm-only'])
checkTypes(checkPrebuilt(tarball))
checkUnbuilt(tarball)
console.log('The package is as it should be.')
