const DECIMAL_UNITS = ['bytes', 'kB', 'MB', 'GB', 'TB']
const BINARY_UNITS = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB']

/** Write an amount of data in powers of 1000: `531.8 MB`. */
export function formatBytes(bytes: number): string {
  const unit = pickUnit(bytes, 1000)
  return unit === 0 ? `${bytes} bytes` : `${(bytes / 1000 ** unit).toFixed(1)} ${DECIMAL_UNITS[unit]}`
}

/** Write the size of a buffer in powers of 1024, as options take it: `1 MiB`, `1.5 KiB`. */
export function formatBufferSize(bytes: number): string {
  const unit = pickUnit(bytes, 1024)
  return `${Number((bytes / 1024 ** unit).toFixed(2))} ${BINARY_UNITS[unit]}`
}

/** Write a throughput: `1234.5 MB/s`. */
export function formatRate(bytes: number, seconds: number): string {
  return seconds > 0 ? `${(bytes / 1e6 / seconds).toFixed(1)} MB/s` : '-'
}

/** Write a time: `0.123 s`, `12.3 s`, `2 min 5 s`. */
export function formatSeconds(seconds: number): string {
  if (seconds < 10) return `${seconds.toFixed(3)} s`
  if (seconds < 100) return `${seconds.toFixed(1)} s`
  return formatMinutes(Math.round(seconds))
}

/** Write a time in whole units: `7 s`, `2 min 5 s`, `3 h 12 min`. */
export function formatMinutes(seconds: number): string {
  if (seconds < 60) return `${seconds} s`
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`
  return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`
}

/** Write a number with its thousands apart: `12,256,906`. */
export function formatCount(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ',')
}

function pickUnit(bytes: number, step: number): number {
  let unit = 0
  while (bytes >= step ** (unit + 1) && unit < 4) unit++
  return unit
}
