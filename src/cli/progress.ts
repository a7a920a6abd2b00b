import { isTerminal, writeToStandardError } from '../output/standard-error.js'
import type { ProgressDisplay } from './progress-display.js'

/** Make a display; without a bar where the user wants none, or, unless told, where no terminal would show it. */
export async function openProgress(isWanted: boolean | undefined): Promise<ProgressDisplay> {
  if (isWanted === false) return SILENT
  const hasTerminal = await isTerminal(2)
  if (!(isWanted ?? hasTerminal)) return SILENT
  const { barDisplay, lineDisplay } = await import('./progress-display.js')
  return hasTerminal ? barDisplay() : lineDisplay()
}

function writeLine(line: string): void {
  writeToStandardError(`${line}\n`)
}

const SILENT: ProgressDisplay = { update() {}, say: writeLine, close() {} }
