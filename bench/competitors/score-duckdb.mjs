// A score of every record in SQL: node score-duckdb.mjs INPUT OUTPUT THREADS
import { DuckDBInstance } from '@duckdb/node-api'

const [input, output, threads] = process.argv.slice(2)
const instance = await DuckDBInstance.create(':memory:', { threads })
const connection = await instance.connect()
await connection.run(`
  COPY (
    WITH recent AS (
      SELECT *, 48000000 // (48 + 743 - (24 * ((time[6:7]::INTEGER - 11) * 30 + time[9:10]::INTEGER - 18)
        + time[12:13]::INTEGER)) AS recency
      FROM read_csv('${input}', header = true, columns = {
        user_id: 'INTEGER', item_id: 'INTEGER', behavior_type: 'TINYINT', user_geohash: 'VARCHAR',
        item_category: 'INTEGER', time: 'VARCHAR'
      })
    )
    SELECT user_id, item_id, item_category, (user_id + item_id) % 100 AS bucket,
      CASE behavior_type WHEN 1 THEN 1 WHEN 2 THEN 4 WHEN 3 THEN 9 WHEN 4 THEN 25 END *
        CASE WHEN user_geohash IS NOT NULL OR item_category < 2000 THEN recency + recency // 4 ELSE recency END
        AS score
    FROM recent
  ) TO '${output}' (FORMAT csv, HEADER true)
`)
connection.closeSync()
