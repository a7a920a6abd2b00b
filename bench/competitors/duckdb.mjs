// A query in SQL: node duckdb.mjs INPUT OUTPUT THREADS SQL. $INPUT and $OUTPUT in it are the files.
import { DuckDBInstance } from '@duckdb/node-api'

const [input, output, threads, sql] = process.argv.slice(2)
const instance = await DuckDBInstance.create(':memory:', { threads })
const connection = await instance.connect()
await connection.run(sql.replaceAll('$INPUT', input).replaceAll('$OUTPUT', output))
connection.closeSync()
