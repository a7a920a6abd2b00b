/**
 * Run the tests on other versions of Node, with the addon as it was built: `npm run test:nodes [-- VERSION...]
 * [-- ARGUMENTS OF VITEST]`. The first version runs all tests but those of the benchmarks, the others not the longest
 * either. Binaries come from the npm registry, into .nodes/, which git ignores.
 *
 * With LINEMILL_TEST_REPORTS=FOLDER each run leaves its JSON report there.
 */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const VERSIONS = ['24', '22', '26']
/** What takes longest, and is about linemill's own code. */
const LONGEST = 'test/{matrix,batches-matrix,large}.test.ts'
/** The benchmarks' frame has nothing to do with the addon. */
const BENCHMARKS = 'test/trial.test.ts'

/** Split what was typed: versions, then what vitest is told. */
function readArguments(typed) {
  const firstOther = typed.findIndex((word) => !/^\d+(\.\d+)*$/.test(word))
  const end = firstOther < 0 ? typed.length : firstOther
  return { versions: end > 0 ? typed.slice(0, end) : VERSIONS, forVitest: typed.slice(end) }
}

/** The path of a version's binary, fetched if it is not there. */
function fetchNode(version) {
  const name = `node-${process.platform}-${process.arch}`
  const folder = join(ROOT, '.nodes', version)
  const node = join(folder, 'node_modules', name, 'bin/node')
  if (existsSync(node)) return node
  const options = ['--no-save', '--ignore-scripts', '--no-audit', '--no-fund', '--silent']
  const install = ['install', ...options, '--prefix', folder, `${name}@${version}`]
  const { status } = spawnSync('npm', install, { stdio: ['ignore', 'inherit', 'inherit'] })
  if (status !== 0 || !existsSync(node)) throw new Error(`${name}@${version} cannot be installed`)
  return node
}

function testOn(version, isWhole, forVitest) {
  const node = fetchNode(version)
  const isTheVersion = spawnSync(node, ['--version'], { encoding: 'utf8' }).stdout.trim()
  console.log(`== tests on Node ${isTheVersion}${isWhole ? '' : ', without the longest'}`)
  const reports = process.env.LINEMILL_TEST_REPORTS
  const args = [join(ROOT, 'node_modules/vitest/vitest.mjs'), 'run', ...forVitest, '--exclude', BENCHMARKS]
  if (!isWhole) args.push('--exclude', LONGEST)
  if (reports) {
    const file = join(reports, `node-${version}.json`)
    args.push('--reporter=default', '--reporter=json', `--outputFile.json=${file}`)
  }
  // Tests that name `node` mean the one that runs them.
  const PATH = `${dirname(node)}${delimiter}${process.env.PATH}`
  const began = performance.now()
  const { status } = spawnSync(node, args, { cwd: ROOT, stdio: 'inherit', env: { ...process.env, PATH } })
  const seconds = Math.round((performance.now() - began) / 1000)
  return { text: `Node ${isTheVersion}: ${status === 0 ? 'passed' : 'FAILED'}, ${seconds} s`, status }
}

const { versions, forVitest } = readArguments(process.argv.slice(2).filter((word) => word !== '--'))
const results = versions.map((version, index) => testOn(version, index === 0, forVitest))
for (const { text } of results) console.log(text)
if (results.some(({ status }) => status !== 0)) process.exitCode = 1
