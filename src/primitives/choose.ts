/** Which primitives a run uses: what was asked for, or the best that works here. */
import { describeThrown, LinemillError } from '../errors.js'
import { addonLoadError, HOW_TO_BUILD, loadAddon, nativePrimitives } from './native.js'
import { portablePrimitives } from './portable.js'
import type { InstructionSet, Primitives } from './primitives.js'

/** `auto`: native where the addon loads, else portable. `native`: the widest native set, or an error. */
export type PrimitivesChoice = 'auto' | 'native' | InstructionSet

const INSTRUCTION_SETS: readonly InstructionSet[] = ['portable', 'scalar', 'sse2', 'avx2', 'avx512', 'neon']
const CHOICES: readonly PrimitivesChoice[] = ['auto', 'native', ...INSTRUCTION_SETS]

export const PRIMITIVES_VARIABLE = 'LINEMILL_PRIMITIVES'

/** Whether this process was told that it runs portable code. */
let hasWarned = false

function warnOnce(onWarning: (message: string) => void): void {
  if (hasWarned) return
  hasWarned = true
  onWarning(
    'the native addon does not load, so linemill runs with its slower portable code: ' +
      `${HOW_TO_BUILD}, or set ${PRIMITIVES_VARIABLE}=portable to go without. ` +
      `Reason: ${describeThrown(addonLoadError()).replace(/\s+/g, ' ').trim()}`,
  )
}

function emitWarning(message: string): void {
  process.emitWarning(message, { type: 'LinemillWarning', code: 'LINEMILL_PORTABLE' })
}

function resolveAuto(): PrimitivesChoice {
  const value = process.env[PRIMITIVES_VARIABLE]
  if (value === undefined || value === '') return 'auto'
  const choice = CHOICES.find((name) => name === value)
  if (choice) return choice
  const expected = CHOICES.join(', ')
  throw new LinemillError('ERR_USAGE', `${PRIMITIVES_VARIABLE} is '${value}', expected one of ${expected}`)
}

/** Whether falling back to portable is worth a warning, and where it goes: by default `process.emitWarning`. */
export interface ChoiceWarning {
  readonly warn: boolean
  readonly onWarning?: (message: string) => void
}

/**
 * Choose the primitives. `auto` asks the environment variable LINEMILL_PRIMITIVES first, which takes the same
 * values. Falling back to portable warns once; workers pass `warn: false`, since their main thread has.
 */
export function choosePrimitives(
  want: PrimitivesChoice = 'auto',
  { warn, onWarning = emitWarning }: ChoiceWarning = { warn: true },
): Primitives {
  const choice = want === 'auto' ? resolveAuto() : want
  if (choice === 'portable') return portablePrimitives
  if (choice === 'native') return nativePrimitives()
  if (choice !== 'auto') return nativePrimitives(choice)
  if (loadAddon()) return nativePrimitives()
  if (warn) warnOnce(onWarning)
  return portablePrimitives
}
