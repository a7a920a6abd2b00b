/** Members of single lines of JSON, where native code has not told them. */
import { MEMBER_NO_NUMBER } from '../predicate-layout.js'
import { JsonReader, Undecided, type Value } from './portable-members.js'

/** Whether a line is an object of JSON, and not too long to tell. */
export function isJsonObject(bytes: Buffer, start: number, end: number): boolean {
  return readMembers(bytes, start, end, () => undefined)
}

/** Tell the members of a line; false where it is no object of JSON, or too long to tell. */
export function readMembers(
  bytes: Buffer,
  start: number,
  end: number,
  onMember: (name: Value, value: Value) => void,
): boolean {
  try {
    new JsonReader(bytes).readLine(start, end, onMember)
    return true
  } catch (thrown) {
    if (thrown instanceof Undecided) return false
    throw thrown
  }
}

/** A member of a record's object as it is written there, the last one of its name; undefined where there is none. */
export function writtenMember(
  records: { readonly bytes: Buffer; start(index: number): number; end(index: number): number },
  index: number,
  name: string,
): string | undefined {
  const { bytes } = records
  let found: Value | undefined
  const onMember = ({ start, end, doubts }: Value, value: Value): void => {
    const written = bytes.utf8Slice(start, end)
    if ((doubts & MEMBER_NO_NUMBER ? JSON.parse(`"${written}"`) : written) === name) found = value
  }
  readMembers(bytes, records.start(index), records.end(index), onMember)
  return found && bytes.utf8Slice(found.start, found.end)
}
