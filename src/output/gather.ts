import { PHASE_DONE } from '../layout.js'
import type { Control } from '../region/control.js'
import type { Region } from '../region/region.js'
import type { Extent } from '../region/slots.js'
import type { Sink } from './sink.js'

/** What the gatherer tells about each block, in block order, when it is finished. */
export type OnRetire = (blockIndex: number) => void

/**
 * Brings extents into block order and writes them. Runs on the main thread and never blocks it.
 *
 * In `end` the output stays in the region until the last block is finished, unless the region runs short, or the main
 * thread's own slots do; in `eager` it is written as it comes. Where they run short, what the head block has published is
 * written too, though the block is not finished: nothing comes before it any more.
 */
export class Gatherer {
  readonly #region: Region
  readonly #control: Control
  readonly #sinks: readonly Sink[]
  readonly #isEager: boolean
  readonly #onRetire: OnRetire
  readonly #queues: Extent[][]
  #retired = 0
  drains = 0
  readonly bytesWritten: number[]

  /** `sinks` stand in the order of the outputs. */
  constructor(region: Region, sinks: readonly Sink[], settings: { isEager: boolean; onRetire: OnRetire }) {
    this.#region = region
    this.#control = region.control
    this.#sinks = sinks
    this.#isEager = settings.isEager
    this.#onRetire = settings.onRetire
    this.#queues = sinks.map(() => [])
    this.bytesWritten = sinks.map(() => 0)
  }

  /**
   * Gather until every needed block is retired or the run is cancelled; then write what is left.
   *
   * @throws what a sink or `onRetire` throws; the caller then cancels the run.
   */
  async gather(): Promise<void> {
    while (!this.#isComplete) {
      const seen = this.#control.mainSignal
      this.#retire()
      if (this.#control.isCancelled()) return
      if (this.#isComplete) break
      if (await this.#drain()) continue
      await this.#control.mainWoken(seen)
    }
    for (const [output] of this.#sinks.entries()) await this.#write(output)
  }

  get #isComplete(): boolean {
    return this.#retired > this.#control.lastBlock
  }

  /** Take the results of all blocks that are finished and have only retired ones before them. */
  #retire(): void {
    while (!this.#isComplete && this.#control.phase(this.#retired) === PHASE_DONE) {
      this.#collect(this.#retired)
      this.#onRetire(this.#retired)
      this.#retired++
      this.#control.retireHead()
    }
  }

  #collect(blockIndex: number): void {
    for (const [output, queue] of this.#queues.entries()) {
      for (const extent of this.#region.takePublished(blockIndex, output)) queue.push(extent)
    }
  }

  /** Write what is in order, if it is time to; false if nothing was written. */
  async #drain(): Promise<boolean> {
    const { isShort } = this.#region
    if (!isShort && !this.#isEager) return false
    if (isShort && !this.#isComplete && this.#control.phase(this.#retired) >= 0) this.#collect(this.#retired)
    let isWritten = false
    for (const [output, queue] of this.#queues.entries()) {
      if (queue.length === 0) continue
      await this.#write(output)
      isWritten = true
    }
    if (isWritten) this.drains++
    return isWritten
  }

  async #write(output: number): Promise<void> {
    const extents = this.#queues[output] as Extent[]
    if (extents.length === 0) return
    this.#queues[output] = []
    const buffers = extents.map(({ bytes }) => bytes)
    const parts = extents.map(({ part }) => part)
    await (this.#sinks[output] as Sink).write(buffers, parts)
    for (const { bytes } of extents)
      this.bytesWritten[output] = (this.bytesWritten[output] as number) + bytes.length
    this.#region.freeSlots(extents)
  }
}
