// Shows the main job on a file like the Tianchi mobile set, and a readline loop doing the same beside it.
//
//   npm run demo
import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { createReadStream, createWriteStream, existsSync, mkdirSync, readFileSync, statSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const MAIN = fileURLToPath(new URL('../dist/cli/main.cjs', import.meta.url))
const SELF = fileURLToPath(import.meta.url)
const INPUT = 'demo/clicks.csv'
const OUTPUT = 'demo/clean.csv'
const READLINE_OUTPUT = 'demo/clean-readline.csv'
const MODULE = 'examples/clean.mjs'
/** `--size 100M` ends with the record that reaches it, and no record is longer than 64 bytes. */
const SIZE = 100 * 2 ** 20
const LONGEST_RECORD = 64
/** Each is timed so often, in turn; its best time counts. */
const TURNS = 3

process.chdir(ROOT)
if (process.argv[2] === 'readline') await cleanByReadline()
else demonstrate()

function demonstrate() {
  if (!existsSync(MAIN)) fail('dist/cli/main.cjs is missing: run `npm run build` first')
  makeInput()
  const linemill = [MAIN, 'run', MODULE, INPUT, '-o', OUTPUT]
  timeNode('linemill', [...linemill, '--report'])
  let seconds = Infinity
  let readlineSeconds = Infinity
  for (let turn = 0; turn < TURNS; turn++) {
    seconds = Math.min(seconds, timeNode('linemill', linemill))
    readlineSeconds = Math.min(readlineSeconds, timeNode('the readline loop', [SELF, 'readline']))
  }

  showHead(INPUT)
  showHead(OUTPUT)
  const output = readFileSync(OUTPUT)
  if (!output.equals(readFileSync(READLINE_OUTPUT))) fail(`${OUTPUT} and ${READLINE_OUTPUT} differ`)

  console.log(
    `\n${count(lineCount(INPUT))} lines in, ${count(lineCount(OUTPUT))} lines out; whole process, best of ${TURNS}:`,
  )
  showTime('linemill', seconds)
  showTime('readline loop', readlineSeconds)
  const ratio = (readlineSeconds / seconds).toFixed(1)
  console.log(
    `\nBoth wrote the same ${count(output.length)} bytes. Throughput: ${ratio} times the readline loop's.`,
  )
}

function makeInput() {
  const size = existsSync(INPUT) ? statSync(INPUT).size : 0
  if (size >= SIZE && size < SIZE + LONGEST_RECORD) return
  mkdirSync('demo', { recursive: true })
  console.log(`Making ${INPUT} ...`)
  timeNode('linemill generate', [MAIN, 'generate', 'tianchi', '--size', '100M', '-o', INPUT])
}

/** Run node with arguments; returns the whole process's seconds. */
function timeNode(what, args) {
  const shown = args[0] === MAIN ? `linemill ${args.slice(1).join(' ')}` : what
  console.log(`\n$ ${shown}`)
  const started = performance.now()
  const { status, signal, error } = spawnSync(process.execPath, args, { stdio: 'inherit' })
  const seconds = (performance.now() - started) / 1000
  if (status !== 0)
    fail(`${what} failed: ${error?.message ?? (signal ? `signal ${signal}` : `status ${status}`)}`)
  return seconds
}

/** Do the same job as most do it today: a line at a time on one thread, written in joined pieces of 64 KiB. */
async function cleanByReadline() {
  const { default: clean } = await import('../examples/clean.mjs')
  const target = createWriteStream(READLINE_OUTPUT)
  let piece = ''
  for await (const line of createInterface({ input: createReadStream(INPUT), crlfDelay: Infinity })) {
    const cleaned = clean(line)
    if (cleaned === undefined) continue
    piece += `${cleaned}\n`
    if (piece.length < 65_536) continue
    if (!target.write(piece)) await once(target, 'drain')
    piece = ''
  }
  target.end(piece)
  await once(target, 'finish')
}

function showHead(path) {
  const head = readFileSync(path).subarray(0, 4096).toString().split('\n').slice(0, 5)
  console.log(`\n${path}\n${head.map((line) => `  ${line}`).join('\n')}`)
}

function lineCount(path) {
  const bytes = readFileSync(path)
  let lines = 0
  for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, at + 1)) lines++
  return lines
}

function showTime(who, seconds) {
  const rate = statSync(INPUT).size / 1e6 / seconds
  console.log(`  ${who.padEnd(14)} ${seconds.toFixed(2).padStart(6)} s  ${rate.toFixed(0).padStart(6)} MB/s`)
}

function count(number) {
  return String(number).replace(/\B(?=(\d{3})+$)/g, ',')
}

function fail(message) {
  console.error(`demo: ${message}`)
  process.exit(1)
}
