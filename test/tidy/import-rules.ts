/** Who may import what. */
import ts from 'typescript'
import type { Rule } from './rule.js'
import { type CodeFile, type Import, lineOf, type Tree, visit } from './tree.js'

/**
 * The floors of src/, lowest first; a name that ends in `/` is a folder. A file imports from floors below its own and
 * from its own folder, types included. The engine is what all verbs share: it stands on the workers, below the verbs.
 */
const FLOORS: readonly (readonly string[])[] = [
  [
    'clock.ts',
    'errors.ts',
    'layout.ts',
    'number-layout.ts',
    'predicate-layout.ts',
    'group-layout.ts',
    'survey-layout.ts',
    'fields-layout.ts',
  ],
  ['primitives/'],
  ['options.ts'],
  ['input/', 'region/', 'report.ts'],
  ['plan/'],
  ['batch/'],
  ['format/', 'expression/'],
  ['kernel/', 'output/'],
  ['worker/'],
  ['engine/', 'generate/'],
  [
    'ending.ts',
    'run.ts',
    'count.ts',
    'filter.ts',
    'group.ts',
    'freq.ts',
    'stats.ts',
    'select.ts',
    'slice.ts',
    'sample.ts',
    'split.ts',
    'batches.ts',
    'map-file.ts',
    'generate.ts',
    'tasks.ts',
    'bench/',
  ],
  ['pool.ts', 'job.ts'],
  ['index.ts'],
  ['cli/'],
]

/** The ground floor: imports nothing. */
const BEDROCK = [
  'src/clock.ts',
  'src/errors.ts',
  'src/layout.ts',
  'src/number-layout.ts',
  'src/predicate-layout.ts',
  'src/group-layout.ts',
  'src/survey-layout.ts',
  'src/fields-layout.ts',
]

/** Modules that only these files and folders may import. No owner: nobody may. */
const OWNERS: readonly { readonly modules: RegExp; readonly owners: readonly string[] }[] = [
  { modules: /^(node:)?fs(\/|$)/, owners: ['src/input/', 'src/output/'] },
  { modules: /^(node:)?worker_threads$/, owners: ['src/worker/'] },
  { modules: /^(node-gyp-build(-.*)?|bindings|.*\.node)$/, owners: ['src/primitives/native.ts'] },
  { modules: /^acorn(-|$)/, owners: ['src/expression/'] },
  { modules: /^(commander|cli-progress)$/, owners: ['src/cli/'] },
  { modules: /^(node:)?(child_process|cluster)$/, owners: ['src/bench/'] },
  { modules: /^(node:)?(https?|http2|net|tls|dgram|inspector|v8|vm)(\/|$)/, owners: [] },
  {
    modules: /^((js_native_api|node_api)(_types)?|napi(-inl)?|uv|v8|node(_\w+)?|nan)\.h$/,
    owners: ['native/addon.cc', 'native/arguments.h'],
  },
]

/** What the command line may import of the rest: the verbs and what their callers get to see. */
const PUBLIC_TO_CLI = [
  'src/run.ts',
  'src/count.ts',
  'src/filter.ts',
  'src/group.ts',
  'src/freq.ts',
  'src/stats.ts',
  'src/select.ts',
  'src/slice.ts',
  'src/sample.ts',
  'src/split.ts',
  'src/generate.ts',
  'src/tasks.ts',
  'src/pool.ts',
  'src/errors.ts',
  'src/options.ts',
  'src/report.ts',
  'src/generate/settings.ts',
  // How the process ends, whatever its threads do.
  'src/ending.ts',
  // Whether a verb will need workers, before it is loaded, and their threads.
  'src/input/large.ts',
  'src/worker/early-threads.ts',
  'src/worker/start-thread.ts',
  // Prints and report files are written as every output is.
  'src/output/standard-error.ts',
  'src/output/stream-to.ts',
  'src/output/temporary.ts',
  'src/output/target.ts',
]

/** Loaded before the command is known, so no verb may be among what it loads. */
const CLI_START = 'src/cli/main.ts'
const LOADED_AT_START =
  /^src\/(cli\/|(errors|options|generate\/settings|output\/standard-error|worker\/early-threads)\.ts$)/

/** Loaded by every user's module. */
const LIGHT = 'src/job.ts'
const LOADED_BY_LIGHT = ['src/job.ts', 'src/kernel/job.ts']

/** Reached by its URL, in threads of their own. */
const WORKER_ENTRY = 'src/worker/worker.ts'

function unitOf(path: string): string {
  const inside = path.slice('src/'.length)
  const slash = inside.indexOf('/')
  return slash < 0 ? inside : inside.slice(0, slash + 1)
}

function floorOf(path: string): number {
  return FLOORS.findIndex((units) => units.includes(unitOf(path)))
}

function isOwned(path: string, owners: readonly string[]): boolean {
  return owners.some((owner) => (owner.endsWith('/') ? path.startsWith(owner) : path === owner))
}

/** Find the imports, of files below a folder, that are not as they should be. */
function findImports(
  tree: Tree,
  folder: string,
  faultOf: (file: CodeFile, one: Import) => string | undefined,
): string[] {
  return tree
    .filter(({ path }) => path.startsWith(folder))
    .flatMap((file) =>
      file.imports.flatMap((one) => {
        const fault = faultOf(file, one)
        return fault === undefined ? [] : [`${file.path}:${one.line}: ${fault}`]
      }),
    )
}

const floorRule: Rule = {
  name: 'a file imports from lower floors or its own folder, types included',
  check: (tree) => [
    ...tree
      .filter(({ path }) => path.startsWith('src/') && floorOf(path) < 0)
      .map(({ path }) => `${path}:1: stands on no floor; add it to FLOORS`),
    ...findImports(tree, 'src/', ({ path }, { target }) => {
      if (!target.startsWith('src/'))
        return target.startsWith('.') ? `imports ${target} from outside src/` : undefined
      if (unitOf(target) === unitOf(path) && unitOf(path).endsWith('/')) return undefined
      if (floorOf(target) < floorOf(path)) return undefined
      return `${unitOf(path)} is on floor ${floorOf(path)}, ${unitOf(target)} on ${floorOf(target)}: must not import ${target}`
    }),
  ],
  broken: {
    'a higher floor': { 'src/plan/plan.ts': "import { Pool } from '../worker/pool.js'" },
    'a type of a higher floor': { 'src/plan/plan.ts': "import type { Pool } from '../worker/pool.js'" },
    'a type in passing': { 'src/plan/plan.ts': "let pool: import('../worker/pool.js').Pool" },
    'a re-export': { 'src/plan/plan.ts': "export * from '../kernel/job.js'" },
    'a dynamic import': { 'src/plan/plan.ts': "await import('../kernel/job.js')" },
    'another folder of its floor': {
      'src/input/open.ts': "import type { Region } from '../region/region.js'",
    },
    'a neighbour at the top level': { 'src/run.ts': "import { count } from './count.js'" },
    'no floor': { 'src/attic/old.ts': '' },
  },
  kept: {
    'src/plan/plan.ts': "import { A } from '../input/input.js'\nimport { B } from './boundary.js'",
    'src/run.ts': "import { execute } from './engine/execute.js'",
    'src/cli/main.ts': "import { program } from './program.js'",
  },
}

const bedrockRule: Rule = {
  name: 'errors.ts and the layouts import nothing',
  check: (tree) =>
    findImports(tree, 'src/', ({ path }, { specifier }) =>
      BEDROCK.includes(path) ? `imports ${specifier}` : undefined,
    ),
  broken: {
    'a module of Node': { 'src/errors.ts': "import { inspect } from 'node:util'" },
    'each other': { 'src/layout.ts': "import type { ErrorCode } from './errors.js'" },
  },
  kept: { 'src/errors.ts': 'export class LinemillError {}' },
}

const ownerRule: Rule = {
  name: 'files, threads, the addon, the terminal and Node headers have one owner each',
  check: (tree) => [
    ...['src/', 'native/'].flatMap((folder) => foreignImports(tree, folder)),
    ...addonsLoaded(tree),
  ],
  broken: {
    'files in a verb': { 'src/run.ts': "import { existsSync } from 'node:fs'" },
    'files in a kernel, by promise': { 'src/kernel/job.ts': "import { open } from 'fs/promises'" },
    'files by the back door': { 'src/run.ts': "process.getBuiltinModule('node:fs')" },
    threads: { 'src/kernel/job.ts': "import { threadId } from 'node:worker_threads'" },
    'the addon': { 'src/input/mapped.ts': "require('node-gyp-build')" },
    'the addon by its file': { 'src/input/mapped.ts': "const path = '../build/Release/linemill.node'" },
    'the addon by dlopen': { 'src/input/mapped.ts': 'process.dlopen(module, path)' },
    'the network': { 'src/input/mapped.ts': "import { get } from 'node:https'" },
    'the terminal': { 'src/run.ts': "import { Command } from 'commander'" },
    'Node headers': { 'native/mapping.cc': '#include <napi.h>' },
    'Node headers in a header': { 'native/scan/cut.h': '  #  include "node_api.h"' },
    'libuv headers': { 'native/mapping.h': '#include <uv.h>' },
  },
  kept: {
    'src/input/open.ts': "import { openSync } from 'node:fs'",
    'src/worker/pool.ts': "import { Worker } from 'node:worker_threads'",
    'src/primitives/native.ts': "require('node-gyp-build')",
    'native/addon.cc': '#include <napi.h>\n#include "mapping.h"',
    'native/mapping.cc': '// #include <napi.h>\n#include <string.h>',
  },
}

function foreignImports(tree: Tree, folder: string): string[] {
  return findImports(tree, folder, ({ path }, { specifier }) => {
    const owned = OWNERS.find(({ modules, owners }) => modules.test(specifier) && !isOwned(path, owners))
    return owned && `imports ${specifier}, which is for ${owned.owners.join(' and ') || 'nobody'}`
  })
}

/** Loading by `process.dlopen`, or by a path that is put together first. */
function addonsLoaded(tree: Tree): string[] {
  const faults: string[] = []
  for (const { path, syntax } of tree) {
    if (syntax === undefined || !path.startsWith('src/') || path === 'src/primitives/native.ts') continue
    visit(syntax, (node) => {
      const isPath = ts.isStringLiteralLike(node) && /^node-gyp-build$|\.node$/.test(node.text)
      if (isPath || (ts.isIdentifier(node) && node.text === 'dlopen')) {
        faults.push(
          `${path}:${lineOf(node)}: ${node.getText()}: only src/primitives/native.ts loads the addon`,
        )
      }
    })
  }
  return faults
}

const circleRule: Rule = {
  name: 'imports run in no circle, types and includes included',
  check: (tree) => {
    const byPath = new Map(tree.map((file) => [file.path, file]))
    const done = new Set<string>()
    const circles: string[] = []
    const walk = (path: string, way: readonly string[]) => {
      const again = way.indexOf(path)
      if (again >= 0) circles.push(`${path}:1: ${[...way.slice(again), path].join(' -> ')}`)
      if (again >= 0 || done.has(path)) return
      for (const { target } of byPath.get(path)?.imports ?? []) walk(target, [...way, path])
      done.add(path)
    }
    for (const { path } of tree) walk(path, [])
    return circles
  },
  broken: {
    'of two': {
      'src/plan/a.ts': "import { b } from './b.js'",
      'src/plan/b.ts': "import type { A } from './a.js'",
    },
    'of three, by re-export and dynamically': {
      'src/plan/a.ts': "export { b } from './b.js'",
      'src/plan/b.ts': "await import('./c.js')",
      'src/plan/c.ts': "import './a.js'",
    },
    itself: { 'src/plan/a.ts': "import { a } from './a.js'" },
    includes: { 'native/a.h': '#include "scan/b.h"', 'native/scan/b.h': '#include "../a.h"' },
  },
  kept: {
    'src/plan/a.ts': "import { b } from './b.js'\nimport { c } from './c.js'",
    'src/plan/b.ts': "import { c } from './c.js'",
    'src/plan/c.ts': '',
  },
}

const cliRule: Rule = {
  name: 'the command line imports public verbs alone',
  check: (tree) =>
    findImports(tree, 'src/cli/', (_, { target }) => {
      if (!target.startsWith('src/') || target.startsWith('src/cli/') || PUBLIC_TO_CLI.includes(target))
        return undefined
      return `imports ${target}, which is no verb and nothing that a caller of a verb sees`
    }),
  broken: { 'the inside of the engine': { 'src/cli/main.ts': "import { Pool } from '../worker/pool.js'" } },
  kept: {
    'src/cli/run-action.ts': "import { run } from '../run.js'\nimport type { Report } from '../report.js'",
  },
}

const startRule: Rule = {
  name: 'the command line loads a verb when its command runs, and job.ts loads nothing of the engine',
  check: (tree) => [
    ...loadedBy(tree, CLI_START)
      .filter(([path]) => !LOADED_AT_START.test(path))
      .map(([path, from]) => `${from}:1: loads ${path} before the command is known`),
    ...loadedBy(tree, LIGHT)
      .filter(([path]) => !LOADED_BY_LIGHT.includes(path))
      .map(([path, from]) => `${from}:1: loads ${path} into every user's module`),
  ],
  broken: {
    'a verb at the start': {
      'src/cli/main.ts': "import { program } from './program.js'",
      'src/cli/program.ts': "import { type RunOptions, run } from '../run.js'",
    },
    'the engine in a job': { 'src/job.ts': "export { Pool } from './worker/pool.js'" },
  },
  kept: {
    'src/cli/main.ts': "import { program } from './program.js'",
    'src/cli/program.ts': "import type { RunOptions } from '../run.js'\nawait import('./run-action.js')",
    'src/cli/run-action.ts': "import { run } from '../run.js'",
    'src/job.ts': "export type { Batch } from './batch/batch.js'",
  },
}

/** The files that are loaded with one, at once, each with the first that imports it. */
function loadedBy(tree: Tree, start: string): [path: string, from: string][] {
  const byPath = new Map(tree.map((file) => [file.path, file]))
  const loaded = new Map<string, string>()
  const load = (path: string) => {
    for (const { target, isType, isDynamic } of byPath.get(path)?.imports ?? []) {
      if (isType || isDynamic || !target.startsWith('src/') || loaded.has(target)) continue
      loaded.set(target, path)
      load(target)
    }
  }
  load(start)
  return [...loaded]
}

const entryRule: Rule = {
  name: 'nobody imports the entry of the workers',
  check: (tree) =>
    findImports(tree, 'src/', (_, { target }) =>
      target === WORKER_ENTRY ? `imports ${WORKER_ENTRY}` : undefined,
    ),
  broken: { 'by its pool': { 'src/worker/pool.ts': "import type { Task } from './worker.js'" } },
  kept: { 'src/worker/pool.ts': "new URL('./worker.js', import.meta.url)" },
}

export const IMPORT_RULES: readonly Rule[] = [
  floorRule,
  bedrockRule,
  ownerRule,
  circleRule,
  cliRule,
  startRule,
  entryRule,
]
