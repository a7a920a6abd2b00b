import { CommanderError } from 'commander'
import { writeToStandardError } from '../output/standard-error.js'
import { EXIT_USAGE } from './exit-status.js'
import { describeFailure, failureStatus } from './failure.js'
import { createProgram, separateReport } from './program.js'

/** Do what the command line says, and end the process with the status that tells how it went. */
export async function obeyCommandLine(): Promise<never> {
  try {
    const typed = process.argv.slice(2)
    const program = await createProgram(typed)
    await program.parseAsync(separateReport(typed), { from: 'user' })
    process.exitCode ??= 0
  } catch (thrown) {
    if (thrown instanceof CommanderError) {
      // It has been printed; its own status is 0 after help and version, else 1.
      process.exitCode = thrown.exitCode === 0 ? 0 : EXIT_USAGE
      await flush(process.stdout)
    } else {
      writeToStandardError(describeFailure(thrown, Boolean(process.env.LINEMILL_DEBUG)))
      process.exitCode ??= failureStatus(thrown)
    }
  }

  // Timers and handles that a user's module left open do not keep the process.
  return end()
}

/** Threads that are stuck do not keep the process either. */
async function end(): Promise<never> {
  const ending = await import('../ending.js').catch(() => undefined) // where no more files can be opened
  if (ending === undefined) process.exit()
  return ending.endProcess(Number(process.exitCode))
}

function flush(stream: NodeJS.WriteStream): Promise<void> {
  if (stream.writableLength === 0 || stream.destroyed) return Promise.resolve()
  return new Promise((resolve) => {
    stream.once('error', () => resolve())
    stream.write('', () => resolve())
  })
}
