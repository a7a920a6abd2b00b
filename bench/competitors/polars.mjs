// A lazy query: POLARS_MAX_THREADS=2 node polars.mjs INPUT OUTPUT TASK, of which `group COLUMN` names a column
import pl from 'nodejs-polars'

const [input, output, words] = process.argv.slice(2)
const [task, column] = words.split(' ')

const TASKS = {
  filter: () => clicks().filter(pl.col('behavior_type').eq(4)),
  select: () => clicks().select('user_id', 'item_id', 'time'),
  group: () => clicks().groupBy(column).agg(pl.col('behavior_type').count().alias('count')),
  challenge: () => {
    const value = pl.col('column_2')
    const rows = pl.scanCSV(input, { sep: ';', hasHeader: false })
    return rows
      .groupBy('column_1')
      .agg(value.min().alias('min'), value.mean().alias('mean'), value.max().alias('max'))
  },
  count: () => pl.scanCSV(input).select(pl.col('id').count().alias('count')),
}

function clicks() {
  return pl.scanCSV(input)
}

const result = await TASKS[task]().collect()
result.writeCSV(output, { includeHeader: true })
