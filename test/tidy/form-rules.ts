/** How long things may be, what they may be called, and what must not stand in them. */
import ts from 'typescript'
import { cppFunctions, cppIdentifiers } from './cpp.js'
import type { Rule } from './rule.js'
import { type CodeFile, lineAt, lineOf, type Tree, visit } from './tree.js'

const FILE_LINES = 300
const FUNCTION_LINES = 60

const NAMELESS = /^(util|helper|common|misc)s?$/

/** Words that another word of the vocabulary stands for. */
const WORDS: Readonly<Record<string, string>> = {
  chunk: 'block, slot or batch',
  mmap: 'mapping, map',
  arena: 'region',
  separator: 'delimiter, or terminator at the end of a line',
  eol: 'terminator',
  executor: 'worker or pool',
  mapper: 'kernel or user function',
  ticket: 'claim',
  cell: 'field',
}

/** In native code these are the system's own. */
const NATIVE_WORDS = ['mmap']

/** Whether it is the product's own code. */
function isProduct({ path }: CodeFile): boolean {
  return path.startsWith('src/') || path.startsWith('native/')
}

const fileLengthRule: Rule = {
  name: `files stay under ${FILE_LINES} lines`,
  check: (tree) =>
    tree.filter(isProduct).flatMap(({ path, text }) => {
      const lines = text.replace(/\n$/, '').split('\n').length
      return lines < FILE_LINES ? [] : [`${path}:${lines}: has ${lines} lines`]
    }),
  broken: {
    'one line too many': { 'src/run.ts': '\n'.repeat(FILE_LINES) },
    'in native code, its last line without a line end': {
      'native/scan/cut.h': `${'\n'.repeat(FILE_LINES - 1)}//`,
    },
  },
  kept: { 'src/run.ts': '\n'.repeat(FILE_LINES - 1), 'test/oracle.ts': '\n'.repeat(FILE_LINES) },
}

const functionLengthRule: Rule = {
  name: `functions stay under ${FUNCTION_LINES} lines`,
  check: (tree) =>
    tree.filter(isProduct).flatMap((file) =>
      functionsOf(file)
        .filter(({ lineCount }) => lineCount >= FUNCTION_LINES)
        .map(({ name, line, lineCount }) => `${file.path}:${line}: ${name} has ${lineCount} lines`),
    ),
  broken: {
    'a function': {
      'src/run.ts': `/** Its comment. */\nfunction run() {${'\n'.repeat(FUNCTION_LINES - 1)}}`,
    },
    'an arrow function': { 'src/run.ts': `const run = () => {${'\n'.repeat(FUNCTION_LINES)}}` },
    'a method': { 'src/run.ts': `class Run {\n  start() {${'\n'.repeat(FUNCTION_LINES)}}\n}` },
    'a getter': { 'src/run.ts': `class Run {\n  get it() {${'\n'.repeat(FUNCTION_LINES)}}\n}` },
    'in native code': {
      'native/mapping.cc': `namespace a {\nint map(int fd) {${'\n'.repeat(FUNCTION_LINES)}}\n}`,
    },
    'a template of a class': {
      'native/scan/cut.h': `template <class T>\nstruct Cut {\n  T next() const {${'\n'.repeat(FUNCTION_LINES)}}\n};`,
    },
    'a constructor with initial values': {
      'native/scan/cut.h': `struct Cut {\n  Cut(int a) : a_{a}, b_(0) {${'\n'.repeat(FUNCTION_LINES)}}\n};`,
    },
  },
  kept: {
    'src/run.ts': `/** Its\n comment. */\nfunction run() {${'\n'.repeat(FUNCTION_LINES - 2)}}`,
    'src/count.ts': `class Count {${'\n'.repeat(2 * FUNCTION_LINES)}}`,
    'native/mapping.cc': `namespace {\nstruct A {${'\n'.repeat(FUNCTION_LINES)}};\nint f(char c = '{') { return 1; }\n// {\n}${'\n'.repeat(FUNCTION_LINES)}`,
  },
}

function functionsOf({ syntax, kind, text }: CodeFile): { name: string; line: number; lineCount: number }[] {
  if (kind === 'cpp') return cppFunctions(text)
  const functions: { name: string; line: number; lineCount: number }[] = []
  if (syntax === undefined) return functions
  visit(syntax, (node) => {
    if (!ts.isFunctionLike(node)) return
    const line = lineOf(node)
    const name = node.name?.getText() ?? 'a function'
    functions.push({ name, line, lineCount: lineAt(syntax, node.getEnd()) - line + 1 })
  })
  return functions
}

const fileNameRule: Rule = {
  name: 'no file or folder is named utils, helpers, common or misc',
  check: (tree) =>
    tree
      .filter(({ path }) => path.split('/').some((part) => NAMELESS.test(part.replace(/\..*$/, ''))))
      .map(({ path }) => `${path}:1: its name does not say what is in it`),
  broken: {
    'a script': { 'src/utils.ts': '' },
    'two extensions': { 'test/helpers.test.ts': '' },
    'native code': { 'native/common.h': '' },
    'a folder': { 'bench/misc/run.mjs': '' },
  },
  kept: { 'src/plan/commonest.ts': '' },
}

const vocabularyRule: Rule = {
  name: 'names use the vocabulary',
  check: (tree) =>
    tree.filter(isProduct).flatMap((file) =>
      namesOf(file).flatMap(({ name, line }) =>
        wordsOf(name)
          .filter(
            (word) => Object.hasOwn(WORDS, word) && !(file.kind === 'cpp' && NATIVE_WORDS.includes(word)),
          )
          .map((word) => `${file.path}:${line}: ${name}: the word for ${word} is ${WORDS[word]}`),
      ),
    ),
  broken: {
    'a variable': { 'src/run.ts': 'const chunkSize = 1' },
    'a property': { 'src/run.ts': 'interface Run { readonly mmap: number }' },
    'a parameter': { 'src/run.ts': 'function run(firstChunks: number) {}' },
    'a constant': { 'src/run.ts': 'const MAX_ARENA_BYTES = 1' },
    'a destructured name': { 'src/run.ts': 'const { a: separator } = b' },
    'a type': { 'src/run.ts': 'type CellReader = number' },
    'native code': { 'native/mapping.cc': 'int chunk_bytes;' },
  },
  kept: {
    'src/run.ts':
      "stream.on('data', (block) => block.chunk) // a chunk of Node's\nconst syscall = 'mmap', excellent = 1",
    'native/mapping.cc': 'void* base = mmap(nullptr, 1); // in chunks',
  },
}

/** What a file gives names to; what others have named is not its choice. */
function namesOf({ syntax, kind, text }: CodeFile): { name: string; line: number }[] {
  if (kind === 'cpp') return [...new Map(cppIdentifiers(text).map((one) => [one.name, one])).values()]
  const names: { name: string; line: number }[] = []
  if (syntax === undefined) return names
  visit(syntax, (node) => {
    if (!isNaming(node) || node.name === undefined) return
    if (ts.isIdentifier(node.name) || ts.isPrivateIdentifier(node.name)) {
      names.push({ name: node.name.text, line: lineOf(node.name) })
    }
  })
  return names
}

function isNaming(node: ts.Node): node is ts.NamedDeclaration {
  return (
    ts.isVariableDeclaration(node) ||
    ts.isBindingElement(node) ||
    ts.isParameter(node) ||
    ts.isTypeElement(node) ||
    ts.isClassElement(node) ||
    ts.isObjectLiteralElement(node) ||
    ts.isFunctionLike(node) ||
    ts.isClassLike(node) ||
    ts.isInterfaceDeclaration(node) ||
    ts.isTypeAliasDeclaration(node) ||
    ts.isEnumDeclaration(node) ||
    ts.isTypeParameterDeclaration(node)
  )
}

/** The words of a name, in lower case and in the singular: `MAX_CHUNKS` and `maxChunks` are `max`, `chunk`. */
function wordsOf(name: string): string[] {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .split(/[^a-z]+/)
    .map((word) => (Object.hasOwn(WORDS, word) ? word : word.replace(/s$/, '')))
}

const atomicsRule: Rule = {
  name: 'only region/ and plan/ use Atomics',
  check: (tree) =>
    findNodes(tree, 'src/', (node, { path }) =>
      ts.isIdentifier(node) && node.text === 'Atomics' && !/^src\/(region|plan)\//.test(path)
        ? 'uses Atomics'
        : undefined,
    ),
  broken: {
    'a call': { 'src/worker/pool.ts': 'Atomics.load(words, 0)' },
    'by another name': { 'src/kernel/job.ts': 'const { load } = Atomics' },
  },
  kept: {
    'src/region/control.ts': 'Atomics.load(words, 0)',
    'src/run.ts': "// Atomics\nconst a = 'Atomics'",
  },
}

const surfaceRule: Rule = {
  name: 'index.ts and job.ts re-export only, and report.ts has types alone',
  check: (tree) =>
    tree.flatMap(({ path, syntax }) => {
      const isAllowed = ALLOWED_STATEMENTS[path]
      const faults =
        isAllowed === undefined ? [] : (syntax?.statements.filter((node) => !isAllowed(node)) ?? [])
      return faults.map((node) => `${path}:${lineOf(node)}: ${node.getText().split('\n', 1)[0]}`)
    }),
  broken: {
    'code in index.ts': { 'src/index.ts': "export { run } from './run.js'\nexport const version = '1'" },
    'an import in job.ts': { 'src/job.ts': "import { run } from './run.js'" },
    'a value in report.ts': { 'src/report.ts': 'export const EMPTY = {}' },
  },
  kept: {
    'src/index.ts': "export { run } from './run.js'\nexport * from './job.js'",
    'src/report.ts':
      "import type { A } from './options.js'\nexport interface Report { a: A }\nexport type B = A",
  },
}

const isReexport = (node: ts.Node) => ts.isExportDeclaration(node) && node.moduleSpecifier !== undefined
const ALLOWED_STATEMENTS: Readonly<Record<string, (node: ts.Node) => boolean>> = {
  'src/index.ts': isReexport,
  'src/job.ts': isReexport,
  'src/report.ts': (node) =>
    ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node) || ts.isImportDeclaration(node),
}

// In two halves, so that who searches the code for these marks does not find this rule.
const MARKS = new RegExp(`\\b(${['TO' + 'DO', 'FIX' + 'ME', 'HA' + 'CK', 'XX' + 'X'].join('|')})\\b`)
const UNFINISHED = ['only', 'todo']

const markRule: Rule = {
  name: 'nothing is marked as left to do',
  check: (tree) =>
    tree.flatMap(({ path, comments }) =>
      comments.filter(({ text }) => MARKS.test(text)).map(({ text, line }) => `${path}:${line}: ${text}`),
    ),
  broken: {
    'a line comment': { 'src/run.ts': `run() // ${'TO'}DO: later` },
    'a doc comment': { 'bench/trial.mjs': `/**\n * ${'FIX'}ME\n */\nrun()` },
    'a comment at the end': { 'test/run.test.ts': `run()\n// ${'HA'}CK` },
    'inside a template': { 'src/run.ts': `run(\`\${a /* ${'TO'}DO */}\`)` },
    'native code': { 'native/mapping.cc': `int a; // ${'TO'}DO` },
  },
  kept: { 'src/run.ts': `run('// ${'TO'}DO') // todos\nconst pattern = /\\/\\/ ${'FIX'}ME/` },
}

const focusRule: Rule = {
  name: 'no test is run alone or left unwritten',
  check: (tree) =>
    findNodes(tree, 'test/', (node) => {
      if (!ts.isPropertyAccessExpression(node) || !UNFINISHED.includes(node.name.text)) return undefined
      return /^(test|it|describe|suite)\b/.test(node.expression.getText()) ? node.getText() : undefined
    }),
  broken: {
    'a test': { 'test/run.test.ts': `test.${'only'}('a', () => {})` },
    'a table': { 'test/run.test.ts': `describe.${'only'}.each([1])('a', () => {})` },
    unwritten: { 'test/run.test.ts': `it.${'todo'}('a')` },
  },
  kept: { 'test/run.test.ts': `fc.${'only'}(1)\ntest.each([1])('a', () => {})` },
}

/** Find the nodes, in scripts below a folder, that are not as they should be. */
function findNodes(
  tree: Tree,
  folder: string,
  faultOf: (node: ts.Node, file: CodeFile) => string | undefined,
): string[] {
  const faults: string[] = []
  for (const file of tree) {
    if (file.syntax === undefined || !file.path.startsWith(folder)) continue
    visit(file.syntax, (node) => {
      const fault = faultOf(node, file)
      if (fault !== undefined) faults.push(`${file.path}:${lineOf(node)}: ${fault}`)
    })
  }
  return faults
}

export const FORM_RULES: readonly Rule[] = [
  fileLengthRule,
  functionLengthRule,
  fileNameRule,
  vocabularyRule,
  atomicsRule,
  surfaceRule,
  markRule,
  focusRule,
]
