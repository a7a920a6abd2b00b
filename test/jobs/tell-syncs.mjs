/**
 * Loaded before linemill (`--import`): tells on standard error, a line each, which files are synced and renamed, in
 * order. With the environment variable FAIL_SYNC=N the N-th sync fails.
 */
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { basename } from 'node:path'

const { fsync, rename, renameSync } = fs
let syncs = 0

function tell(what) {
  fs.writeSync(2, `${what}\n`)
}

fs.fsync = (fd, callback) => {
  tell(`sync ${fs.fstatSync(fd).isDirectory() ? 'directory' : 'file'}`)
  if (++syncs === Number(process.env.FAIL_SYNC)) {
    return callback(Object.assign(new Error('EIO: i/o error, fsync'), { code: 'EIO' }))
  }
  fsync(fd, callback)
}
fs.rename = (from, to, callback) => {
  tell(`rename to ${basename(to)}`)
  rename(from, to, callback)
}
fs.renameSync = (from, to) => {
  tell(`rename to ${basename(to)}`)
  renameSync(from, to)
}
syncBuiltinESMExports()
