/**
 * Put the built addon where node-gyp-build looks for it in an installed package: `npm run prebuilds`.
 *
 * One binary serves every Node that linemill supports, since it uses nothing but Node-API. On Linux its name says
 * which C library it wants; with another one it is passed over.
 */
import { copyFileSync, mkdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = new URL('../', import.meta.url)
const isGlibc = process.report.getReport().header.glibcVersionRuntime !== undefined
const libc = process.platform !== 'linux' ? '' : isGlibc ? '.glibc' : '.musl'
const folder = new URL(`prebuilds/${process.platform}-${process.arch}/`, root)
const target = new URL(`linemill${libc}.node`, folder)

mkdirSync(folder, { recursive: true })
copyFileSync(new URL('build/Release/linemill.node', root), target)
console.log(fileURLToPath(target))
