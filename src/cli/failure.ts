import { asShortage, LinemillError } from '../errors.js'
import { EXIT_STATUS } from './exit-status.js'
import { nameAsTyped } from './name-as-typed.js'

/** Where linemill's own modules lie. */
const OWN_FOLDER = new URL('..', import.meta.url).href
/** What they are called in a bundle (scripts/bundle.mjs). */
const OWN_BUNDLE = /\blinemill:(main|worker):/

/** Find the exit status for whatever was thrown. */
export function failureStatus(failure: unknown): number {
  const thrown = asShortage(failure) ?? failure
  return thrown instanceof LinemillError ? EXIT_STATUS[thrown.code] : 1
}

/** Say in words what failed and where, ready for standard error; empty where silence is right. */
export function describeFailure(failure: unknown, shouldShowStack: boolean): string {
  const thrown = asShortage(failure) ?? failure
  const lines: string[] = []
  if (thrown instanceof LinemillError) {
    if (thrown.code === 'ERR_READER_CLOSED') return ''
    const message = quotesOthers(thrown) ? thrown.message : nameAsTyped(thrown.message)
    lines.push(`linemill: ${message}`, ...describePlace(thrown, shouldShowStack))
  } else {
    const message = thrown instanceof Error ? thrown.message : String(thrown)
    lines.push(`linemill: ${message}`)
    if (!shouldShowStack) lines.push('  (unexpected: LINEMILL_DEBUG=1 shows where it was thrown)')
  }
  if (shouldShowStack && thrown instanceof Error && thrown.stack) lines.push(indent(thrown.stack))
  return `${lines.join('\n')}\n`
}

/** Whether the words of an error are those of the user's code, or of the data. */
function quotesOthers({ code, cause, position }: LinemillError): boolean {
  if (code === 'ERR_USER_FUNCTION' || code === 'ERR_MODULE') return cause !== undefined
  return code === 'ERR_VALUE' && position !== undefined
}

function describePlace(error: LinemillError, shouldShowAll: boolean): string[] {
  const { position, excerpt, cause } = error
  const lines: string[] = []
  if (position) {
    const { inputName, lineNumber, recordNumber, inputOffset } = position
    const record = recordNumber === undefined ? '' : `, record ${recordNumber}`
    lines.push(`  at ${inputName}, line ${lineNumber}${record}, byte ${inputOffset}`)
  }
  if (excerpt !== undefined) lines.push(`  ${showControls(excerpt)}`)
  const isUsersCode = error.code === 'ERR_USER_FUNCTION' || error.code === 'ERR_MODULE'
  if (isUsersCode && cause instanceof Error && cause.stack) {
    const stack = shouldShowAll ? cause.stack : leaveUsersFrames(cause.stack)
    if (hasFrame(stack)) lines.push(indent(stack))
  }
  return lines
}

/** Drop the frames of linemill and of the runtime: what is left is the user's own code. */
function leaveUsersFrames(stack: string): string {
  const isForeign = (line: string): boolean => /^\s+at .*\bnode:[a-z_]/.test(line) || isOwnFrame(line)
  return stack
    .split('\n')
    .filter((line) => !isForeign(line))
    .join('\n')
}

/** Whether a stack says more than the message, which is told already. */
function hasFrame(stack: string): boolean {
  return /^\s+at /m.test(stack)
}

function isOwnFrame(line: string): boolean {
  return /^\s+at /.test(line) && (line.includes(OWN_FOLDER) || OWN_BUNDLE.test(line))
}

/** Make control characters visible, so that data cannot move a terminal's cursor. */
function showControls(text: string): string {
  return Array.from(text, (character) => {
    const code = character.codePointAt(0) as number
    const isControl = code < 0x20 || (code >= 0x7f && code < 0xa0)
    return isControl && character !== '\t'
      ? (JSON_ESCAPES[character] ?? `\\x${code.toString(16).padStart(2, '0')}`)
      : character
  }).join('')
}

const JSON_ESCAPES: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r' }

function indent(text: string): string {
  return text.replace(/^/gm, '    ')
}
