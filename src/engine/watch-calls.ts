import { now } from '../clock.js'
import { LinemillError } from '../errors.js'
import type { Region } from '../region/region.js'
import type { CallSubject, WorkerRecord } from '../region/worker-record.js'
import type { PoolWorker } from '../worker/pool.js'
import type { Failures } from './failures.js'
import { atLastSeen } from './last-seen.js'
import type { Prepared } from './prepare.js'

/** How often workers are looked at, in a part of the time that a call may take and at most in milliseconds. */
const LOOKS_PER_TIMEOUT = 8
const LONGEST_LOOK = 100
const SHORTEST_LOOK = 4

/** A worker's call, since the look at which it was first seen. */
interface SeenCall {
  readonly calls: number
  readonly waitedBefore: number
  milliseconds: number
}

/**
 * End workers whose function takes longer than it may, until the returned function is called. What a worker waits
 * for others does not count, nor does a time in which this process stood still.
 */
export function watchCalls(
  region: Region,
  prepared: Prepared,
  workers: readonly PoolWorker[],
  timeoutSeconds: number,
  failures: Failures,
): () => void {
  const limit = timeoutSeconds * 1000
  const look = Math.max(SHORTEST_LOOK, Math.min(LONGEST_LOOK, limit / LOOKS_PER_TIMEOUT))
  const seen: (SeenCall | undefined)[] = []
  const records = workers.map((_, index) => region.worker(index))
  let latest = now()
  const lookAll = (): void => {
    const time = now()
    // A process that was stopped, or a thread that was busy, saw nothing of the time between.
    const passed = Math.min(time - latest, 2 * look)
    latest = time
    for (const [index, worker] of workers.entries()) {
      const record = records[index]
      seen[index] = worker.isDead ? undefined : goOn(seen[index], record, passed)
      const call = seen[index]
      if (call === undefined || record.isWaiting) continue
      if (call.milliseconds - (record.waitedMilliseconds - call.waitedBefore) < limit) continue
      endCall(worker, record, call.calls)
    }
  }
  const endCall = (worker: PoolWorker, record: WorkerRecord, calls: number): void => {
    const { blockIndex, subject } = record
    if (record.calls !== calls) return // it has just returned
    const error = atLastSeen(overdue(subject, timeoutSeconds), prepared, region, record)
    failures.addBlock(blockIndex, error)
    region.control.stopAfter(blockIndex - 1)
    void worker.end(error)
  }
  const timer = setInterval(lookAll, look)
  return () => clearInterval(timer)
}

/** A call that was seen before goes on; another begins now. */
function goOn(before: SeenCall | undefined, record: WorkerRecord, passed: number): SeenCall | undefined {
  const { calls } = record
  if ((calls & 1) === 0) return undefined
  if (before?.calls !== calls) return { calls, waitedBefore: record.waitedMilliseconds, milliseconds: 0 }
  before.milliseconds += passed
  return before
}

function overdue({ recordCount, recordNumber }: CallSubject, timeoutSeconds: number): LinemillError {
  const one = recordNumber > 0 ? 'one record' : 'one line'
  const what = recordCount > 1 ? `a batch of ${recordCount} records, which begins here` : one
  return new LinemillError(
    'ERR_USER_FUNCTION',
    `the user's function takes longer than ${timeoutSeconds} s, the most that \`timeoutSeconds\` allows, over ${what}`,
  )
}
