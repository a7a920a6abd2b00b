/** A thread that takes and frees slots of a region, and counts those that it got while another one had them. */
import { parentPort, workerData } from 'node:worker_threads'
import { Region } from '../../dist/region/region.js'

// It goes on until it took as many as are wanted: one that is not for the head block finds none for as long as a thread
// that has them is not running.
const { handle, owners, blockIndex, mark, wanted } = workerData
const region = Region.attach(handle)
let clashes = 0
let taken = 0
for (let round = 0; taken < wanted; round++) {
  const slots = []
  for (let atOnce = 1 + (round % 3); atOnce > 0; atOnce--) {
    const slot = region.takeSlot(blockIndex)
    if (slot < 0) break
    if (Atomics.exchange(owners, slot, mark) !== 0) clashes++
    slots.push({ slot })
  }
  taken += slots.length
  for (const { slot } of slots) {
    if (Atomics.exchange(owners, slot, 0) !== mark) clashes++
  }
  region.freeSlots(slots)
}
parentPort.postMessage(clashes)
