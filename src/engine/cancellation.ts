import { LinemillError } from '../errors.js'

/** Make the error of a run whose signal was aborted. */
export function cancelled(signal: AbortSignal | undefined): LinemillError {
  return new LinemillError('ERR_CANCELLED', 'the run was cancelled by its signal', { cause: signal?.reason })
}

/** Throw if the signal was aborted. */
export function checkSignal(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw cancelled(signal)
}

/** Wait for a promise, or until the signal is aborted, whichever is first. */
export async function orCancelled<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promise
  promise.catch(() => undefined) // it may fail after nobody waits for it any more
  let abort = (): void => undefined
  const aborted = new Promise<never>((_resolve, reject) => {
    abort = () => reject(cancelled(signal))
    if (signal.aborted) abort()
    signal.addEventListener('abort', abort, { once: true })
  })
  try {
    return await Promise.race([promise, aborted])
  } finally {
    signal.removeEventListener('abort', abort)
  }
}
