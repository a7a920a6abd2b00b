import type {
  Explanation,
  FilterPlan,
  GroupsPlan,
  InputReport,
  PartsPlan,
  Report,
  SamplePlan,
  SlicePlan,
} from '../report.js'
import { formatBufferSize, formatBytes, formatCount, formatRate, formatSeconds } from './sizes.js'

/** A fact, with its label. */
export type Line = readonly [label: string, text: string]

/** Describe a run that was done, a fact a line; `more` is what only its verb knows. */
export function describeReport(report: Report, more: readonly Line[] = []): string {
  const { phases, seconds } = report
  const lines: Line[] = report.inputs.map((input) => ['input', describeInput(input)])
  lines.push(['records', formatCount(report.records)])
  if (report.blankLines > 0) lines.push(['blank lines', `${formatCount(report.blankLines)} skipped`])
  if (report.errors > 0) lines.push(['errors', formatCount(report.errors)])
  if (report.passed !== undefined) lines.push(['passed', formatCount(report.passed)])
  const drains = report.drains === 1 ? '1 drain' : `${formatCount(report.drains)} drains`
  lines.push(
    ['output', `${formatBytes(report.outputBytes)}, ${drains} before the last block was finished`],
    ...more,
    ['time', `${formatSeconds(seconds)}, ${formatRate(report.inputBytes, seconds)}`],
    [
      'phases',
      `${seconds3(phases.start)} to start, ${seconds3(phases.work)} work, ${seconds3(phases.end)} to end`,
    ],
    ['blocks', `${formatCount(report.blocks)} of ${formatBufferSize(report.blockBytes)}`],
  )
  report.workerFigures.forEach((figures, index) => {
    const share = report.blocks > 0 ? Math.round((100 * figures.blocks) / report.blocks) : 0
    const work = `${formatCount(figures.blocks)} blocks (${share}%), ${formatCount(figures.records)} records`
    lines.push([`worker ${index}`, `${work}, waited ${seconds3(figures.waitSeconds)}`])
  })
  lines.push(['instructions', report.instructionSet])
  return alignLines(lines)
}

/** Describe a run that was not done: what would be decided, and why. */
export function describeExplanation(explanation: Explanation): string {
  const { kind, isReduction, workers, blocks, slots, columns } = explanation
  const lines: Line[] = explanation.inputs.map((input) => ['input', describeInput(input)])
  lines.push(
    ['job', describeKind(kind, isReduction)],
    ['columns', columns.length > 0 ? columns.join(', ') : 'none'],
    ...describeExpression(explanation.expression),
    ...describeGroups(explanation.groups),
    ...describeSlice(explanation.slice),
    ...describeSample(explanation.sample),
    ...describeParts(explanation.parts),
    ['workers', workers === 0 ? '0: the main thread alone' : String(workers)],
    ['blocks', `${formatCount(blocks)} of ${formatBufferSize(explanation.blockBytes)}`],
    ['region', `${formatCount(slots)} slots of ${formatBufferSize(explanation.slotBytes)}`],
    ['gather', explanation.gather],
    ['instructions', explanation.instructionSet],
  )
  return alignLines(lines)
}

function describeKind(kind: Explanation['kind'], isReduction: boolean): string {
  if (kind === 'count') return 'counts, nothing is decoded'
  if (kind === 'split') return 'copies records to files as they stand, nothing is decoded'
  if (kind === 'sample') return 'passes a sample of the records on as they stand, nothing is decoded'
  if (kind === 'slice') return 'passes some of the records on as they stand, nothing is decoded'
  if (kind === 'select') return 'copies the columns, in their order, of each record'
  if (kind === 'filter') {
    return isReduction ? 'counts the records that pass' : 'lets records pass as they stand, in input order'
  }
  if (kind === 'stats') return 'collects what there is to say about each column, in each thread'
  if (kind === 'group') return 'groups records in each thread; the groups are combined at the end'
  const what = `a function of each ${kind}`
  return isReduction ? `${what}; states are combined at the end` : `${what}; output in input order`
}

function describeExpression(plan: FilterPlan | undefined): Line[] {
  if (plan === undefined) return []
  const lines: Line[] = []
  if (plan.native !== undefined) lines.push(['native', plan.native])
  if (plan.function !== undefined) lines.push(['function', plan.function], ['because', `${plan.reason}`])
  if (plan.isInverted) lines.push(['inverted', 'records pass for which that does not hold'])
  return lines
}

function describeGroups(plan: GroupsPlan | undefined): Line[] {
  if (plan === undefined) return []
  const { keys, values } = plan
  return [
    ['keys', keys.join(', ')],
    ['of each', values.join(', ')],
  ]
}

function describeSlice(plan: SlicePlan | undefined): Line[] {
  if (plan === undefined) return []
  const { start, end, countsFirst } = plan
  const until = end === Number.POSITIVE_INFINITY ? 'the end' : `before ${formatCount(end)}`
  const how = countsFirst ? ', below 0 from the end; all are counted first' : ''
  return [['records', `${formatCount(start)} to ${until}${how}`]]
}

function describeSample(plan: SamplePlan | undefined): Line[] {
  if (plan === undefined) return []
  const { seed, records, fraction } = plan
  const size = records === undefined ? `each by itself, ${fraction} of them` : formatCount(records)
  return [['records', `${size}, by seed ${seed}`]]
}

function describeParts(parts: PartsPlan | undefined): Line[] {
  if (parts === undefined) return []
  const { name, unit, size, atMost, repeatsHeader } = parts
  const what = unit === 'records' ? `${formatCount(size)} records` : `about ${formatBytes(size)}`
  const most = atMost === undefined ? '' : `, at most ${formatCount(atMost)} files`
  return [['parts', `${name}, ${what} each${most}${repeatsHeader ? ', each with the header' : ''}`]]
}

function describeInput(input: InputReport): string {
  const { name, byteLength, format, strategy, strategyReason } = input
  return `${name}: ${formatBytes(byteLength)}, ${format}, ${strategy} (${strategyReason})`
}

function seconds3(seconds: number): string {
  return `${seconds.toFixed(3)} s`
}

/** Put texts below each other behind their labels. */
export function alignLines(lines: readonly Line[]): string {
  const width = Math.max(...lines.map(([label]) => label.length))
  return lines.map(([label, text]) => `${label.padEnd(width)}  ${text}\n`).join('')
}
