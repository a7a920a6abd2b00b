/** A thread that takes and frees slots of a region, and counts those that it got while another one had them. */
import { parentPort, workerData } from 'node:worker_threads'
import { Region } from '../../dist/region/region.js'

const { handle, owners, blockIndex, mark, rounds } = workerData
const region = Region.attach(handle)
let clashes = 0
let taken = 0
for (let round = 0; round < rounds; round++) {
  const slots = []
  for (let wanted = 1 + (round % 3); wanted > 0; wanted--) {
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
parentPort.postMessage({ clashes, taken })
