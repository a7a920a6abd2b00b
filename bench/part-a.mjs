// The main job against the loop that most write today: a function of every line, and a function of every record.
//
//   npm run bench -- --dir /a/folder/with/room
import { buyerOfLine, hashOfLines } from './answer.mjs'
import { linemill, readlineLoops, runPart } from './part.mjs'

await runPart({
  name: 'part-a',
  title: 'linemill and a readline loop',
  room: '1.2 GB',
  workloads: { 'line function': lineFunction, 'record function': recordFunction },
})

async function lineFunction({ rows, prepare }) {
  const input = await prepare(rows)
  return {
    description: '`(line) => line`: every line is a string on its way from the input to the output.',
    input: input.path,
    answerKind: 'exact',
    answer: input.sha256,
    reference: 'readline',
    competitors: [
      ...readlineLoops('readline', 'bench/competitors/readline-line.mjs'),
      { name: 'linemill', command: linemill('bench/competitors/line.mjs') },
    ],
    goals: [{ competitor: 'linemill', timesFaster: 6 }],
  }
}

async function recordFunction({ rows, prepare }) {
  const input = await prepare(rows)
  return {
    description: 'Two fields of every record are read as numbers; one record in a hundred gives a row.',
    input: input.path,
    answerKind: 'exact',
    answer: await hashOfLines(input.path, buyerOfLine),
    reference: 'readline and split',
    competitors: [
      ...readlineLoops('readline and split', 'bench/competitors/readline-record.mjs'),
      { name: 'linemill', command: linemill('bench/competitors/record.mjs') },
    ],
    goals: [{ competitor: 'linemill', timesFaster: 10 }],
  }
}
