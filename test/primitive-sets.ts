import { existsSync, readdirSync } from 'node:fs'
import { addonLoadError, nativePrimitives, supportedInstructionSets } from '../dist/primitives/native.js'
import { portablePrimitives } from '../dist/primitives/portable.js'
import type { Primitives } from '../dist/primitives/primitives.js'

/** List every set of primitives that can run here; throw if there is a built addon that does not load. */
export function availablePrimitives(): Primitives[] {
  const names = supportedInstructionSets()
  if (names.length === 0 && isAddonBuilt()) {
    throw new Error('The addon is built, but it does not load.', { cause: addonLoadError() })
  }
  return [portablePrimitives, ...names.map((name) => nativePrimitives(name))]
}

function isAddonBuilt(): boolean {
  if (process.env.LINEMILL_PREBUILD) return false // told to look elsewhere
  const folder = new URL('../build/Release/', import.meta.url)
  return existsSync(folder) && readdirSync(folder).some((name) => name.endsWith('.node'))
}
