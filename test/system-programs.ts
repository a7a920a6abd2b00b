import { spawnSync } from 'node:child_process'

/** Whether a program that tests want is there; what is missing is said aloud, and its tests count as skipped. */
export function hasProgram(program: string, what: string): boolean {
  const isThere = spawnSync('sh', ['-c', `command -v ${program}`]).status === 0
  if (!isThere) console.warn(`${program} is missing, which gives tests ${what}: they are skipped`)
  return isThere
}
