import { extname } from 'node:path'
import { describeValue, LinemillError } from '../errors.js'
import type { SplitDescription } from '../kernel/split-kernel.js'
import { flag, wholeNumber } from '../options.js'
import { INDEX_MARK, type PartTemplate } from '../output/part-names.js'

/** What `split` is told of the files it writes. */
export interface PartOptions {
  /**
   * Directory to write. A new one appears whole, at the end. One that is there keeps its files and gets the parts at
   * the end; it must have no file that `name` could mean. Required.
   */
  readonly output: string
  /** Records of each file. Either `records` or `bytes` is required. */
  readonly records?: number
  /**
   * Bytes of content of each file, about: a file holds the records that start in so many bytes of the inputs. A
   * range of bytes in which no record starts makes no file.
   */
  readonly bytes?: number
  /**
   * Name of each file; `{index}` is its index, from 0, with as many digits as the last one needs and at least four.
   * Default `part-{index}` and the first input's extension.
   */
  readonly name?: string
  /** Whether each file begins with the inputs' header, where they have one, or only the first. Default true. */
  readonly repeatHeader?: boolean
}

/** The same with every default decided. */
export interface PartSettings {
  readonly output: string
  readonly kernel: SplitDescription
  readonly template: PartTemplate
  readonly repeatsHeader: boolean
}

/**
 * Check the options and decide every default.
 *
 * @throws LinemillError ERR_USAGE naming the option, what was expected and what was found.
 */
export function resolveParts(options: Partial<PartOptions> | undefined, firstInput: string): PartSettings {
  const { output, records, bytes, name, repeatHeader } = options ?? {}
  if (typeof output !== 'string' || output === '' || output === '-') {
    throw usage(`output must be the name of a directory, found ${JSON.stringify(output) ?? 'none'}`)
  }
  if ((records === undefined) === (bytes === undefined)) {
    const found = records === undefined ? 'neither' : 'both'
    throw usage(`one of \`records\` and \`bytes\` must be given, found ${found}`)
  }
  const unit = records === undefined ? 'bytes' : 'records'
  const size = wholeNumber(unit, records ?? bytes, 0, 1, Number.MAX_SAFE_INTEGER)
  if (name !== undefined && typeof name !== 'string') {
    throw usage(`name must be a string, found ${describeValue(name)}`)
  }
  return {
    output,
    kernel: { name: 'split', unit, size },
    template: parseTemplate(name ?? `part-${INDEX_MARK}${extname(firstInput)}`),
    repeatsHeader: flag('repeatHeader', repeatHeader, true),
  }
}

function parseTemplate(name: string): PartTemplate {
  const pieces = name.split(INDEX_MARK)
  if (pieces.length !== 2 || /[{}/\0]/.test(pieces.join(''))) {
    const found = JSON.stringify(name)
    throw usage(
      `name must be the name of a file with one ${INDEX_MARK}, and no other braces or slashes, found ${found}`,
    )
  }
  return { before: pieces[0], after: pieces[1] }
}

function usage(message: string): LinemillError {
  return new LinemillError('ERR_USAGE', message)
}
