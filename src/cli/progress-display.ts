import cliProgress from 'cli-progress'
import type { Progress } from '../options.js'
import { writeToStandardError } from '../output/standard-error.js'
import { formatBytes, formatMinutes, formatRate } from './sizes.js'

/** Standard error while a run goes on: a bar, and lines that must not collide with it. */
export interface ProgressDisplay {
  update(progress: Progress): void
  /** Write a line, above the bar where there is one. */
  say(line: string): void
  /** Take the bar away. */
  close(): void
}

/** A bar on a terminal. */
export function barDisplay(): ProgressDisplay {
  const bar = new cliProgress.SingleBar({
    stream: process.stderr,
    clearOnComplete: true,
    hideCursor: null,
    barsize: 30,
    format: '[{bar}] {percentage}%  {figures}',
  })
  let isShown = false
  return {
    update(progress) {
      const payload = { figures: describeProgress(progress) }
      if (isShown) bar.update(progress.bytesDone, payload)
      else bar.start(progress.bytesTotal, progress.bytesDone, payload)
      isShown = true
    },
    say(line) {
      if (isShown) process.stderr.write('\r\x1b[K')
      writeLine(line)
      if (isShown) bar.render()
    },
    close() {
      if (isShown) bar.stop()
      isShown = false
    },
  }
}

/** Where there is no terminal, progress is a line every two seconds. */
export function lineDisplay(): ProgressDisplay {
  let nextSeconds = 0
  return {
    update(progress) {
      if (progress.seconds < nextSeconds) return
      nextSeconds = progress.seconds + 2
      const percent = Math.floor((100 * progress.bytesDone) / Math.max(1, progress.bytesTotal))
      writeLine(`linemill: ${percent}%  ${describeProgress(progress)}`)
    },
    say: writeLine,
    close() {},
  }
}

function describeProgress({ bytesDone, bytesTotal, seconds }: Progress): string {
  const done = `${formatBytes(bytesDone)} of ${formatBytes(bytesTotal)}, ${formatRate(bytesDone, seconds)}`
  if (bytesDone === 0) return done
  const secondsLeft = Math.ceil((seconds * (bytesTotal - bytesDone)) / bytesDone)
  return `${done}, ${formatMinutes(secondsLeft)} left`
}

function writeLine(line: string): void {
  writeToStandardError(`${line}\n`)
}
