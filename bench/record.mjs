// Results that are kept: figures as JSON, and a table of them to read.
import { mkdirSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describeGoal } from './goals.mjs'

const FOLDER = fileURLToPath(new URL('record/', import.meta.url))

/** Write bench/record/NAME.json, and NAME.md with a text to read; returns their paths from the project's root. */
export function writeRecord(record, text) {
  mkdirSync(FOLDER, { recursive: true })
  writeFileSync(`${FOLDER}${record.name}.json`, `${JSON.stringify(record, undefined, 2)}\n`)
  writeFileSync(`${FOLDER}${record.name}.md`, text)
  return [`bench/record/${record.name}.json`, `bench/record/${record.name}.md`]
}

/** Show a record as Markdown. */
export function formatRecord({ name, title, date, commit, command, rounds, machine, inputs, workloads }) {
  return [
    `# ${name}: ${title}`,
    '',
    `\`${command}\`, ${date}, commit ${commit}`,
    '',
    `${describeHardware(machine)}, load before: ${machine.load}.`,
    `Whole processes, page cache warm; medians of ${rounds} interleaved rounds; every answer was checked.`,
    '',
    ...inputs.map(
      ({ file, rows, bytes, sha256 }) =>
        `- ${file}: ${count(rows)} rows, ${count(bytes)} bytes, sha256 \`${sha256}\``,
    ),
    ...workloads.flatMap(formatWorkload),
    '',
    'Resident memory counts the pages of a mapped file; own memory does not, and is of the warm-up run.',
    '',
  ].join('\n')
}

/** Where a record was made, in words. */
export function describeHardware({ processor, cores, memoryBytes, system, node }) {
  return `${processor}, ${cores} cores, ${(memoryBytes / 2 ** 30).toFixed(1)} GiB, ${system}, Node ${node}`
}

function formatWorkload({ name, description, reference, competitors, goals }) {
  return [
    '',
    `## ${name}`,
    '',
    description,
    '',
    `| | seconds | fastest | slowest | times faster | user | system | resident MB | own MB |`,
    '|---|---:|---:|---:|---:|---:|---:|---:|---:|',
    ...competitors.map((one) => {
      const ratio = one.name === reference ? 'reference' : one.timesFaster.toFixed(2)
      const seconds = [one.median, one.min, one.max].map(fixed)
      const cells = [
        one.name,
        ...seconds,
        ratio,
        fixed(one.user),
        fixed(one.system),
        mega(one.peakBytes),
        mega(one.peakOwnBytes),
      ]
      return `| ${cells.join(' | ')} |`
    }),
    ...goals.flatMap((goal) => ['', describeGoal(goal)]),
    '',
    ...competitors.map(
      (one) => `- ${one.name}: \`${one.command.join(' ')}${one.printsAnswer ? ' > OUTPUT' : ''}\``,
    ),
  ]
}

function fixed(seconds) {
  return seconds === null ? '-' : seconds.toFixed(3)
}

function mega(bytes) {
  return bytes === null ? '-' : (bytes / 1e6).toFixed(0)
}

function count(number) {
  return number.toLocaleString('en-US')
}
