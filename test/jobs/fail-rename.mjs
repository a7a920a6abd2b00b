/** Loaded before linemill (`--import`): the rename whose number the environment variable FAIL_RENAME says fails. */
import { promises } from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'

const { rename } = promises
let renames = 0

promises.rename = async (from, to) => {
  if (++renames === Number(process.env.FAIL_RENAME)) {
    throw Object.assign(new Error('EIO: i/o error, rename'), { code: 'EIO' })
  }
  return rename(from, to)
}
syncBuiltinESMExports()
