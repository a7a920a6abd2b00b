/** The floors, sizes and owners of DESIGN's house rules; CONTRIBUTING.md tells what they are for. */
import { describe, expect, test } from 'vitest'
import { FORM_RULES } from './tidy/form-rules.js'
import { IMPORT_RULES } from './tidy/import-rules.js'
import { makeTree, readTree } from './tidy/tree.js'

const tree = readTree()

test('the tree is the project', () => {
  const paths = tree.map(({ path }) => path)
  expect(paths).toEqual(expect.arrayContaining(['src/run.ts', 'native/addon.cc', 'test/tidy.test.ts']))
  const run = tree.find(({ path }) => path === 'src/run.ts')
  expect(run?.imports.map(({ target }) => target)).toContain('src/worker/pool.ts')
})

describe.each([...IMPORT_RULES, ...FORM_RULES])('$name', (rule) => {
  test('holds', () => {
    expect(rule.check(tree)).toEqual([])
  })

  test.each(Object.keys(rule.broken))('finds %s', (what) => {
    expect(rule.check(makeTree(rule.broken[what]))).not.toEqual([])
  })

  test('finds nothing where there is nothing', () => {
    expect(rule.check(makeTree(rule.kept))).toEqual([])
  })
})
