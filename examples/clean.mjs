// A line function: a line in; out a line, several as an array, or undefined to drop it.
// Drops clicks without a geohash and writes times as ISO 8601. The header is a line as well, and passes.
//
//   linemill generate tianchi -o clicks.csv
//   linemill run examples/clean.mjs clicks.csv -o clean.csv
export default function clean(line) {
  return line.includes(',,') ? undefined : line.replace(' ', 'T')
}
