import { createHash } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parse } from 'csv-parse/sync'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Clock } from '../dist/generate/clock.js'
import { GENERATE_KINDS, type GenerateKind, type GenerateOptions, generate } from '../dist/generate.js'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'linemill-generate-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

let fileCount = 0
async function generated(kind: GenerateKind, options: GenerateOptions = {}): Promise<Buffer> {
  const output = join(folder, `${kind}-${fileCount++}`)
  const report = await generate(kind, { ...options, output })
  const bytes = readFileSync(output)
  expect(report.outputBytes).toBe(bytes.length)
  return bytes
}

function lines(bytes: Buffer): string[] {
  return bytes.toString().trimEnd().split('\n')
}

function share<T>(values: readonly T[], isCounted: (value: T) => boolean): number {
  return values.filter(isCounted).length / values.length
}

describe('bytes', () => {
  // A change of these is a change of everybody's test files: say so in the changelog.
  const expected: Record<GenerateKind, string> = {
    tianchi: '6948206d45b59ef253d997ba153dcd53a467f2f5b6e7ddf36d9057f9282302b6',
    measurements: 'be07d067c22ac4799016b77c16db3b2253b2583d8aa36e2d6163d090684006a5',
    ndjson: '6331d727b649b3bd47fb8fb71bc14474eff546df60752d06061f96efe8da1466',
    quoted: '2a316658ee5cbb347465c157e4cd720f939debd24c196c662ee6e7fe742820e4',
  }

  test.each(GENERATE_KINDS)('%s is the same everywhere', async (kind) => {
    const bytes = await generated(kind, { rows: 20_000 })
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(expected[kind])
  })

  test.each(GENERATE_KINDS)('%s: seeds differ, rows are a prefix of more rows', async (kind) => {
    const bytes = await generated(kind, { rows: 20_000, seed: 7 })
    const other = await generated(kind, { rows: 20_000, seed: 8 })
    expect(bytes.equals(other)).toBe(false)
    const fewer = await generated(kind, { rows: 1_234, seed: 7 })
    expect(bytes.subarray(0, fewer.length).equals(fewer)).toBe(true)
  })

  test.each(GENERATE_KINDS)('%s: seeds beyond 32 bits count whole', async (kind) => {
    const bytes = await generated(kind, { rows: 100, seed: 5 })
    expect(bytes.equals(await generated(kind, { rows: 100, seed: 5 + 2 ** 32 }))).toBe(false)
  })

  test.each(GENERATE_KINDS)('%s: a size is reached by whole records', async (kind) => {
    const most = await generated(kind, { rows: 20_000 })
    for (const sizeBytes of [0, 1, 1000, 524_288, 600_000]) {
      if (sizeBytes > most.length) continue
      const bytes = await generated(kind, { sizeBytes })
      expect(bytes.length).toBeGreaterThanOrEqual(sizeBytes)
      expect(bytes.length).toBeLessThan(sizeBytes + 1024)
      expect(most.subarray(0, bytes.length).equals(bytes)).toBe(true)
      if (bytes.length > 0) expect(bytes.at(-1)).toBe(10)
    }
  })

  test('no rows give the header alone', async () => {
    expect((await generated('tianchi', { rows: 0 })).toString()).toBe(
      'user_id,item_id,behavior_type,user_geohash,item_category,time\n',
    )
    expect((await generated('measurements', { rows: 0 })).length).toBe(0)
  })
})

describe('tianchi', () => {
  let records: string[][]
  let byteLength: number
  beforeAll(async () => {
    const bytes = await generated('tianchi', { rows: 200_000 })
    byteLength = bytes.length
    records = lines(bytes)
      .slice(1)
      .map((line) => line.split(','))
  })

  test('every record has the right shape', () => {
    expect(records.length).toBe(200_000)
    const shape =
      /^[1-9]\d{0,8},[1-9]\d{0,8},[1-4],(9[0-9b-hjkmnp-z]{6})?,[1-9]\d{0,4},2014-1[12]-\d\d ([01]\d|2[0-3])$/
    expect(records.filter((record) => !shape.test(record.join(',')))).toEqual([])
  })

  test('a record has 43.4 bytes', () => {
    expect(Math.abs(byteLength / 200_000 - 43.4)).toBeLessThan(43.4 * 0.015)
  })

  test('skews are those of the real set', () => {
    const behaviors = [1, 2, 3, 4].map((type) => share(records, (record) => record[2] === String(type)))
    ;[0.94, 0.02, 0.03, 0.01].forEach((wanted, index) => {
      expect(Math.abs((behaviors[index] as number) - wanted)).toBeLessThan(0.003)
    })
    expect(Math.abs(share(records, (record) => record[3] === '') - 0.68)).toBeLessThan(0.01)
    const users = new Set(records.map((record) => record[0])).size
    expect(users).toBeGreaterThan(10_000)
    expect(users).toBeLessThan(40_000)
    expect(records.filter((record) => Number(record[4]) > 14_000)).toEqual([])
  })

  test('times lie between the first and the last day and peak on 12 December', () => {
    const days = new Map<string, number>()
    for (const record of records) {
      const day = (record[5] as string).slice(0, 10)
      days.set(day, (days.get(day) ?? 0) + 1)
    }
    const names = [...days.keys()].sort()
    expect(names.length).toBe(31)
    expect([names[0], names[30]]).toEqual(['2014-11-18', '2014-12-18'])
    const busiest = [...days].sort((a, b) => b[1] - a[1])[0] as [string, number]
    expect(busiest[0]).toBe('2014-12-12')
    const atNight = share(records, (record) => (record[5] as string).endsWith(' 04'))
    const inTheEvening = share(records, (record) => (record[5] as string).endsWith(' 21'))
    expect(inTheEvening).toBeGreaterThan(5 * atNight)
  })

  test('an item is in one category, a user in one place', () => {
    const categories = new Map<string, string>()
    const places = new Map<string, string>()
    for (const [user, item, , geohash, category] of records as [string, string, string, string, string][]) {
      expect(categories.get(item) ?? category).toBe(category)
      categories.set(item, category)
      if (geohash === '') continue
      expect(places.get(user) ?? geohash.slice(0, 5)).toBe(geohash.slice(0, 5))
      places.set(user, geohash.slice(0, 5))
    }
  })
})

describe('measurements', () => {
  test.each([1, 412, 10_000])('%i stations', async (stations) => {
    const all = lines(await generated('measurements', { rows: 200_000, stations }))
    expect(all.length).toBe(200_000)
    expect(all.filter((line) => !/^[^;]+;-?(\d|[1-9]\d)\.\d$/u.test(line))).toEqual([])
    const names = [...new Set(all.map((line) => line.slice(0, line.indexOf(';'))))]
    expect(names.length).toBe(stations)
    const longest = Math.max(...names.map((name) => Buffer.byteLength(name)))
    expect(longest).toBeLessThanOrEqual(100)
    if (stations >= 412) {
      expect(longest).toBeGreaterThan(90)
      expect(names.some((name) => /[^ -~]/.test(name))).toBe(true)
    }
  })

  test('no temperature is a negative zero', async () => {
    const all = lines(await generated('measurements', { rows: 200_000 }))
    expect(all.some((line) => line.endsWith(';0.0'))).toBe(true)
    expect(all.some((line) => line.endsWith(';-0.0'))).toBe(false)
  })
})

describe('ndjson', () => {
  test('every line is an object of the right shape', async () => {
    const bytes = await generated('ndjson', { rows: 200_000 })
    expect(Math.abs(bytes.length / 200_000 - 200)).toBeLessThan(20)
    const objects = lines(bytes).map((line) => JSON.parse(line))
    expect(objects.length).toBe(200_000)
    const keys = ['time', 'level', 'status', 'path', 'bytes', 'user', 'duration', 'trace']
    for (const object of objects) expect(Object.keys(object)).toEqual(keys)
    expect(Math.abs(share(objects, (object) => object.status === 500) - 0.01)).toBeLessThan(0.002)
    for (let index = 1; index < objects.length; index++) {
      if (!(objects[index].time >= objects[index - 1].time))
        expect.fail(`time goes back at line ${index + 1}`)
    }
  })

  test('a day that ends changes the date', () => {
    const clock = new Clock(Date.parse('2028-02-28T00:00:00Z'))
    const bytes = Buffer.alloc(32)
    let time = Date.parse('2028-02-28T00:00:00Z')
    for (let step = 0; step < 100; step++) {
      clock.advance(3_599_987)
      time += 3_599_987
      expect(bytes.toString('latin1', 0, clock.write(bytes, 0))).toBe(new Date(time).toISOString())
    }
  })
})

describe('quoted', () => {
  test.each([false, true])('csv-parse reads it back (crlf: %s)', async (crlf) => {
    const bytes = await generated('quoted', { rows: 20_000, crlf })
    const terminator = crlf ? '\r\n' : '\n'
    const records: string[][] = parse(bytes, { record_delimiter: terminator })
    expect(records.length).toBe(20_001)
    expect(records[0]).toEqual(['id', 'name', 'comment', 'price', 'address', 'note'])
    expect(records.slice(1).map((record) => record[0])).toEqual(
      Array.from({ length: 20_000 }, (_, index) => String(index + 1)),
    )
    const fields = records.slice(1).flat()
    for (const part of ['\n', '\r\n', '"', ',']) {
      expect(share(fields, (field) => field.includes(part))).toBeGreaterThan(0.01)
    }
    expect(share(fields, (field) => field === '')).toBeGreaterThan(0.01)
    const text = bytes.toString()
    expect(text.includes(',"",') || text.includes(`,""${terminator}`)).toBe(true)
    if (crlf) expect(text.replaceAll(/"[^"]*"/g, '').replaceAll('\r\n', '')).not.toMatch(/[\r\n]/)
  })
})

describe('output', () => {
  test('a failure leaves the old file, and nothing beside it', async () => {
    const place = mkdtempSync(join(folder, 'place-'))
    const output = join(place, 'clicks.csv')
    writeFileSync(output, 'old', { mode: 0o640 })
    const aborted = AbortSignal.abort()
    await expect(generate('tianchi', { output, signal: aborted })).rejects.toMatchObject({
      code: 'ERR_CANCELLED',
    })
    expect(readFileSync(output, 'utf8')).toBe('old')
    expect(readdirSync(place)).toEqual(['clicks.csv'])

    await generate('tianchi', { output, rows: 1 })
    expect(readFileSync(output, 'utf8')).toMatch(/^user_id/)
    expect(statSync(output).mode & 0o777).toBe(0o640)
    expect(readdirSync(place)).toEqual(['clicks.csv'])
  })

  test('wrong options are named', async () => {
    const wrong: [GenerateKind, GenerateOptions, RegExp][] = [
      ['tianchi', { rows: -1 }, /rows must be a whole number from 0 .* found -1/],
      ['tianchi', { rows: 1, sizeBytes: 1 }, /rows and size/],
      ['tianchi', { stations: 5 }, /stations is an option of kind measurements/],
      ['measurements', { stations: 10_001 }, /stations must be .* 10000, found 10001/],
      ['ndjson', { crlf: true }, /crlf is an option of kind quoted/],
      ['ndjson', { row: 5 } as GenerateOptions, /generate has no option "row": did you mean rows\?/],
      ['ndjson', { signal: 5 as never }, /signal must be an AbortSignal, found the number 5/],
      ['clicks' as GenerateKind, {}, /kind must be one of tianchi/],
    ]
    for (const [kind, options, message] of wrong) {
      await expect(generate(kind, options)).rejects.toMatchObject({ code: 'ERR_USAGE', message })
    }
  })
})
