import { statfsSync } from 'node:fs'

/** What has to be known of the file system that a file lies on. */
export interface FileSystem {
  readonly name: string
  /** `virtual`: files are made while they are read, and their size is no size. `remote`: not a disk of this machine. */
  readonly kind: 'virtual' | 'remote' | 'local'
}

const LOCAL: FileSystem = { name: 'a local file system', kind: 'local' }

/**
 * File systems by the type that Linux gives them (linux/magic.h). A remote one is better read than mapped: the server
 * or process behind it may fail, or change a file, in the middle of an access.
 */
const KNOWN: ReadonlyMap<number, FileSystem> = new Map([
  [0x9fa0, { name: 'proc', kind: 'virtual' }],
  [0x62656572, { name: 'sysfs', kind: 'virtual' }],
  [0x6969, { name: 'NFS', kind: 'remote' }],
  [0xff534d42, { name: 'CIFS', kind: 'remote' }],
  [0xfe534d42, { name: 'SMB2', kind: 'remote' }],
  [0x517b, { name: 'SMB', kind: 'remote' }],
  [0x65735546, { name: 'FUSE', kind: 'remote' }],
  [0x01021997, { name: '9P', kind: 'remote' }],
  [0x00c36400, { name: 'Ceph', kind: 'remote' }],
  [0x5346414f, { name: 'AFS', kind: 'remote' }],
  [0x6b414653, { name: 'AFS', kind: 'remote' }],
  [0x73757245, { name: 'Coda', kind: 'remote' }],
])

/** Find the file system of a file; one that is not known here, or does not say, is taken for a local one. */
export function fileSystemOf(path: string): FileSystem {
  try {
    return KNOWN.get(statfsSync(path).type) ?? LOCAL
  } catch {
    return LOCAL
  }
}
