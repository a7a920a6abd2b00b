import type { KernelDescription } from './built-in.js'

/** Whether a built-in kernel runs no code of a user's, which may never end: an expression may be a function. */
export function runsOwnCode(kernel: KernelDescription): boolean {
  if (kernel.name !== 'filter' && kernel.name !== 'where') return true
  return kernel.expression.function === undefined && kernel.expression.whole === undefined
}
