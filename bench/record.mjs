// Results that are kept: figures as JSON, and a table of them to read.
import { mkdirSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const FOLDER = fileURLToPath(new URL('record/', import.meta.url))

/** Write bench/record/NAME.json and NAME.md; returns their paths from the project's root. */
export function writeRecord(record) {
  mkdirSync(FOLDER, { recursive: true })
  writeFileSync(`${FOLDER}${record.name}.json`, `${JSON.stringify(record, undefined, 2)}\n`)
  writeFileSync(`${FOLDER}${record.name}.md`, formatRecord(record))
  return [`bench/record/${record.name}.json`, `bench/record/${record.name}.md`]
}

/** Show a record as Markdown. */
export function formatRecord({ name, title, date, commit, command, rounds, machine, inputs, workloads }) {
  const { processor, cores, memoryBytes, system, node, load } = machine
  return [
    `# ${name}: ${title}`,
    '',
    `\`${command}\`, ${date}, commit ${commit}`,
    '',
    `${processor}, ${cores} cores, ${(memoryBytes / 2 ** 30).toFixed(1)} GiB, ${system}, Node ${node}, load before: ${load}.`,
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
    ...goals.flatMap(({ competitor, timesFaster, found, isReached }) => [
      '',
      `Goal: ${competitor} at least ${timesFaster} times faster than ${reference}: ${found.toFixed(2)}, ${isReached ? 'reached' : 'missed'}.`,
    ]),
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
