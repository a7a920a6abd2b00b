/** The project's files as the rules of tidiness see them: parsed once, or made up for a rule's own check. */
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, posix } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'
import { cppComments, cppIncludes } from './cpp.js'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const FOLDERS = ['src', 'native', 'test', 'bench', 'examples', 'scripts']
const SKIPPED = ['node_modules', 'fixtures', 'record', 'dist', 'build']

export interface Import {
  /** As it is written. */
  readonly specifier: string
  /** A path from the project's root where the specifier is relative, else the specifier. */
  readonly target: string
  readonly line: number
  /** Whether it vanishes in compilation, so that nothing is loaded by it. */
  readonly isType: boolean
  readonly isDynamic: boolean
}

export interface CodeFile {
  /** From the project's root, with `/`. */
  readonly path: string
  readonly text: string
  readonly kind: 'script' | 'cpp' | 'other'
  readonly imports: readonly Import[]
  readonly comments: readonly { readonly text: string; readonly line: number }[]
  /** Of scripts. */
  readonly syntax?: ts.SourceFile
}

export type Tree = readonly CodeFile[]

/** Read the project's code. */
export function readTree(): Tree {
  return FOLDERS.flatMap((folder) => pathsIn(folder)).map((path) =>
    parseFile(path, readFileSync(join(ROOT, path), 'utf8')),
  )
}

/** Make a tree of files that do not exist. */
export function makeTree(files: Readonly<Record<string, string>>): Tree {
  return Object.entries(files).map(([path, text]) => parseFile(path, text))
}

function pathsIn(folder: string): string[] {
  const entries = readdirSync(join(ROOT, folder), { withFileTypes: true })
  return entries.flatMap((entry) => {
    if (SKIPPED.includes(entry.name)) return []
    const path = posix.join(folder, entry.name)
    return entry.isDirectory() ? pathsIn(path) : [path]
  })
}

function parseFile(path: string, text: string): CodeFile {
  if (/\.(ts|mjs|js)$/.test(path)) return parseScript(path, text)
  if (!/\.(cc|h)$/.test(path)) return { path, text, kind: 'other', imports: [], comments: [] }
  const imports = cppIncludes(text).map(({ header, isQuoted, line }) => ({
    specifier: header,
    target: isQuoted ? posix.join(dirname(path), header) : header,
    line,
    isType: false,
    isDynamic: false,
  }))
  return { path, text, kind: 'cpp', imports, comments: cppComments(text) }
}

function parseScript(path: string, text: string): CodeFile {
  const syntax = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true, scriptKind(path))
  return {
    path,
    text,
    kind: 'script',
    syntax,
    imports: scriptImports(path, syntax),
    comments: scriptComments(syntax),
  }
}

function scriptKind(path: string): ts.ScriptKind {
  return path.endsWith('.ts') ? ts.ScriptKind.TS : ts.ScriptKind.JS
}

/** Call for every node of a script, outermost first. */
export function visit(node: ts.Node, see: (node: ts.Node) => void): void {
  see(node)
  ts.forEachChild(node, (child) => visit(child, see))
}

/** The line of a node's first character, 1-based; comments before it do not count. */
export function lineOf(node: ts.Node): number {
  return lineAt(node.getSourceFile(), node.getStart())
}

export function lineAt(syntax: ts.SourceFile, offset: number): number {
  return syntax.getLineAndCharacterOfPosition(offset).line + 1
}

function scriptImports(path: string, syntax: ts.SourceFile): Import[] {
  const imports: Import[] = []
  const add = (literal: ts.Node | undefined, what: { isType: boolean; isDynamic: boolean }) => {
    if (literal === undefined || !ts.isStringLiteralLike(literal)) return
    const specifier = literal.text
    imports.push({ specifier, target: targetOf(path, specifier), line: lineOf(literal), ...what })
  }
  visit(syntax, (node) => {
    if (ts.isImportDeclaration(node)) {
      add(node.moduleSpecifier, { isType: isTypeImport(node), isDynamic: false })
    } else if (ts.isExportDeclaration(node)) {
      add(node.moduleSpecifier, { isType: isTypeExport(node), isDynamic: false })
    } else if (ts.isImportTypeNode(node)) {
      add(ts.isLiteralTypeNode(node.argument) ? node.argument.literal : undefined, {
        isType: true,
        isDynamic: false,
      })
    } else if (ts.isCallExpression(node) && isLoading(node.expression)) {
      add(node.arguments[0], { isType: false, isDynamic: true })
    }
  })
  return imports
}

function isTypeImport({ importClause }: ts.ImportDeclaration): boolean {
  if (importClause === undefined) return false
  if (importClause.phaseModifier === ts.SyntaxKind.TypeKeyword) return true
  const { name, namedBindings } = importClause
  if (name !== undefined || namedBindings === undefined || !ts.isNamedImports(namedBindings)) return false
  return namedBindings.elements.length > 0 && namedBindings.elements.every((element) => element.isTypeOnly)
}

function isTypeExport({ isTypeOnly, exportClause }: ts.ExportDeclaration): boolean {
  if (isTypeOnly) return true
  if (exportClause === undefined || !ts.isNamedExports(exportClause)) return false
  return exportClause.elements.length > 0 && exportClause.elements.every((element) => element.isTypeOnly)
}

/** `import(...)`, `require(...)`, `require.resolve(...)` and `process.getBuiltinModule(...)`. */
function isLoading(called: ts.Expression): boolean {
  if (called.kind === ts.SyntaxKind.ImportKeyword) return true
  return /^(require|require\.resolve|process\.getBuiltinModule)$/.test(called.getText())
}

function targetOf(path: string, specifier: string): string {
  if (!specifier.startsWith('.')) return specifier
  const target = posix.join(dirname(path), specifier)
  return path.endsWith('.ts') ? target.replace(/\.js$/, '.ts') : target
}

/** What stands between the tokens; a comment's mark inside a string is none. */
function scriptComments(syntax: ts.SourceFile): { text: string; line: number }[] {
  const comments: { text: string; line: number }[] = []
  const seen = new Set<number>()
  const seeTrivia = (node: ts.Node) => {
    const leading = ts.getLeadingCommentRanges(syntax.text, node.pos) ?? []
    const trailing = ts.getTrailingCommentRanges(syntax.text, node.end) ?? []
    for (const { pos, end } of [...leading, ...trailing]) {
      if (seen.has(pos)) continue
      seen.add(pos)
      comments.push({ text: syntax.text.slice(pos, end), line: lineAt(syntax, pos) })
    }
  }
  const walk = (node: ts.Node) => {
    if (node.kind < ts.SyntaxKind.FirstNode) seeTrivia(node)
    for (const child of node.getChildren(syntax)) walk(child)
  }
  walk(syntax)
  return comments
}
