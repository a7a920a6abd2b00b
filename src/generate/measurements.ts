import type { RecordWriter } from './generator.js'
import { Random } from './random.js'
import { stationNames, usualTemperature } from './stations.js'
import { TextTable } from './text-table.js'

const ZERO = 48
/** One measurement in so many is anything from -99.9 to 99.9. */
const OUTLIER_STRIDE_BITS = 10

/**
 * Write measurements as in the One Billion Row Challenge, `station;temperature` without a header: a station drawn
 * evenly, and a temperature near its usual one (deviation 10 degrees) with one decimal.
 */
export function createMeasurementsWriter(seed: number, stationCount: number): RecordWriter {
  const random = new Random(seed)
  const names = new TextTable(stationNames(stationCount).map((name) => `${name};`))
  const usual = Int16Array.from({ length: stationCount }, (_, station) => usualTemperature(station))

  function write(bytes: Buffer, at: number): number {
    const station = random.below(stationCount)
    at = names.write(bytes, at, station)
    return writeTenths(bytes, at, drawTenths(random, usual[station] as number))
  }

  return { header: '', maxRecordBytes: names.longestBytes + 8, write }
}

function drawTenths(random: Random, usual: number): number {
  const draw = random.next()
  if (draw >>> (32 - OUTLIER_STRIDE_BITS) === 0) return random.below(1999) - 999
  // Four bytes added up are nearly normal: mean 510, deviation 148.
  const sum = (draw & 255) + ((draw >>> 8) & 255) + ((draw >>> 16) & 255) + (draw >>> 24)
  return usual + (((sum - 510) * 173) >> 8)
}

/** Write a number of tenths, -999 to 999, as a decimal and a line end. */
function writeTenths(bytes: Buffer, at: number, tenths: number): number {
  if (tenths < 0) {
    bytes[at++] = 45
    tenths = -tenths
  }
  const whole = (tenths / 10) | 0
  if (whole >= 10) bytes[at++] = ZERO + ((whole / 10) | 0)
  bytes[at] = ZERO + (whole % 10)
  bytes[at + 1] = 46
  bytes[at + 2] = ZERO + (tenths % 10)
  bytes[at + 3] = 10
  return at + 4
}
