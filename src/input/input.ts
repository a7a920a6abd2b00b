import type { StrategyName } from '../options.js'

/** What crosses a thread so that it can reach an input's bytes. */
export interface InputHandle {
  /** The input's name as it was given, for messages. */
  readonly name: string
  readonly strategy: StrategyName
  /** Id in the addon's registry of mappings; -1 if the strategy does not map. */
  readonly mapping: number
  /** Descriptor, open in the whole process as long as the run goes on. */
  readonly fd: number
  readonly byteLength: number
}

/** Whether every thread can attach an input's bytes by itself, at any time, without reading them again. */
export function canAttach(handle: InputHandle): boolean {
  return handle.strategy === 'mapped'
}

/** A bounded view of an input. */
export interface Window {
  readonly bytes: Buffer
  /** Absolute offset of `bytes[0]` in the input. */
  readonly base: number
}

/** One thread's access to one input. */
export interface InputReader {
  /**
   * Give a window that holds at least `[start, end)`, absolute offsets, `end - start` at most 2^31. A window is
   * valid until the next call.
   *
   * @throws LinemillError ERR_INPUT if the bytes cannot be read.
   */
  window(start: number, end: number): Window
  /** Whether bytes handed out so far may be wrong since the file was truncated or could not be read. */
  isFaulted(): boolean
  close(): void
}
