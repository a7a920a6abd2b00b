// A query in SQL: node chdb.mjs INPUT OUTPUT SQL. $INPUT in it is the file; the answer is written as CSV, with a header.
import { writeFileSync } from 'node:fs'
import { query } from 'chdb'

const [input, output, sql] = process.argv.slice(2)
writeFileSync(output, query(`${sql.replaceAll('$INPUT', input)} SETTINGS max_threads = 2`, 'CSVWithNames'))
