/** As much of C++ as tidiness needs: includes, comments, identifiers, and where functions begin and end. */

export interface CppFunction {
  readonly name: string
  readonly line: number
  readonly lineCount: number
}

const COMMENT_OR_LITERAL =
  /\/\/(?:\\\n|[^\n])*|\/\*[\s\S]*?\*\/|R"(\w*)\([\s\S]*?\)\1"|"(?:\\.|[^"\\\n])*"|(?<!\w)'(?:\\.|[^'\\\n])+'/g

export function cppIncludes(text: string): { header: string; isQuoted: boolean; line: number }[] {
  return [...text.matchAll(/^[ \t]*#[ \t]*include[ \t]*([<"])([^>"]+)[>"]/gm)].map((match) => ({
    header: match[2],
    isQuoted: match[1] === '"',
    line: lineNumber(text, match.index),
  }))
}

export function cppComments(text: string): { text: string; line: number }[] {
  return [...text.matchAll(COMMENT_OR_LITERAL)]
    .filter(([part]) => part.startsWith('/'))
    .map((match) => ({ text: match[0], line: lineNumber(text, match.index) }))
}

/** Blank out comments, literals and preprocessor lines; every other character keeps its offset. */
function bareCode(text: string): string {
  const blank = (part: string) => part.replace(/[^\n]/g, ' ')
  return text.replace(COMMENT_OR_LITERAL, blank).replace(/^[ \t]*#(?:[^\n]*\\\n)*[^\n]*/gm, blank)
}

export function cppIdentifiers(text: string): { name: string; line: number }[] {
  const code = bareCode(text)
  return [...code.matchAll(/[A-Za-z_]\w*/g)].map((match) => ({
    name: match[0],
    line: lineNumber(text, match.index),
  }))
}

/** The functions of a file; what is inside a function (lambdas, local classes) counts as part of it. */
export function cppFunctions(text: string): CppFunction[] {
  const code = bareCode(text)
  const functions: CppFunction[] = []
  let headerStart = 0
  for (let at = 0; at < code.length; at++) {
    if (code[at] === ';' || code[at] === '}') headerStart = at + 1
    if (code[at] !== '{') continue
    const header = code.slice(headerStart, at)
    const close = closingBrace(code, at)
    if (isContainer(header)) {
      headerStart = at + 1
    } else if (isInitializer(header) && /^\s*[,{]/.test(code.slice(close + 1, close + 200))) {
      at = close // a member's initial value in braces; the header goes on behind it
    } else {
      if (header.includes('(')) functions.push(describeFunction(text, code, headerStart, close))
      headerStart = close + 1
      at = close
    }
  }
  return functions
}

/** What holds functions, rather than being one. */
function isContainer(header: string): boolean {
  if (/\b(namespace|extern)\b[^()]*$/.test(header)) return true
  return /\b(struct|class|union)\b[^()]*$/.test(header) && !/[=]\s*$/.test(header)
}

function isInitializer(header: string): boolean {
  return /\)[^;]*[^:]:[^:]/.test(header) && /\w\s*$/.test(header)
}

function closingBrace(code: string, open: number): number {
  let depth = 0
  for (let at = open; at < code.length; at++) {
    if (code[at] === '{') depth++
    if (code[at] === '}' && --depth === 0) return at
  }
  return code.length - 1
}

function describeFunction(text: string, code: string, headerStart: number, close: number): CppFunction {
  const header = code.slice(headerStart, close)
  const skipped = /^(\s|(public|private|protected)\s*:)*/.exec(header)?.[0].length ?? 0
  const line = lineNumber(text, headerStart + skipped)
  const name = /([\w~:]+|operator\S+)\s*\(/.exec(header)?.[1] ?? 'a function'
  return { name, line, lineCount: lineNumber(text, close) - line + 1 }
}

function lineNumber(text: string, offset: number): number {
  let line = 1
  for (let at = text.indexOf('\n'); at >= 0 && at < offset; at = text.indexOf('\n', at + 1)) line++
  return line
}
