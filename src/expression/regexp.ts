import { type AST, RegExpParser } from '@eslint-community/regexpp'

/** A regular expression that is written out in an expression. */
export interface RegExpText {
  readonly pattern: string
  readonly flags: string
}

/** One that is parsed. */
export interface ParsedRegExp {
  readonly pattern: AST.Pattern
  readonly flags: string
}

/** What is told of a part of a regular expression that is left to JavaScript. */
export class LeftToJavaScript extends Error {}

/** Tell what is left to JavaScript, where that is why something was thrown; else it is thrown again. */
export function leftToJavaScript(thrown: unknown): string {
  if (thrown instanceof LeftToJavaScript) return thrown.message
  if (thrown instanceof RangeError) return 'such deep nesting' // of more calls than the stack holds
  if (thrown instanceof SyntaxError) return 'what regexpp does not know'
  throw thrown
}

/** Parse what acorn has found to be a regular expression. */
export function parseRegExp({ pattern, flags }: RegExpText): ParsedRegExp {
  const mode = { unicode: flags.includes('u'), unicodeSets: flags.includes('v') }
  return { pattern: new RegExpParser().parsePattern(pattern, 0, pattern.length, mode), flags }
}
