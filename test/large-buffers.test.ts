import { describe, expect, test } from 'vitest'
import { largeBuffersIn } from '../dist/worker/large-buffers.js'

const LARGE = 1024 * 1024

describe('largeBuffersIn', () => {
  test('finds the memory of large arrays, each once, however deep', () => {
    const words = new Uint32Array(LARGE / 4)
    const bytes = Buffer.allocUnsafeSlow(LARGE)
    const data = { a: [1, { words, text: 'x' }, null, undefined], b: words.subarray(1, 2), bytes }
    expect(largeBuffersIn(data)).toEqual([words.buffer, bytes.buffer])
  })

  test('leaves what is small, and what threads share, to be copied', () => {
    const data = [
      new Uint8Array(LARGE - 1),
      Buffer.from('pooled'),
      new Uint8Array(new SharedArrayBuffer(LARGE)),
    ]
    expect(largeBuffersIn(data)).toEqual([])
    expect(largeBuffersIn(undefined)).toEqual([])
    const { poolSize } = Buffer
    try {
      Buffer.poolSize = LARGE
      expect(largeBuffersIn(new Uint8Array(LARGE))).toEqual([])
    } finally {
      Buffer.poolSize = poolSize
    }
    expect(largeBuffersIn(new Map([[1, new Uint8Array(LARGE)]]))).toEqual([])
  })
})
