// Opens the embedded database of a folder in a process of its own, says where, and closes it when its input ends.
import { stderrLog } from '../log.ts'
import { openDatabase } from './database.ts'

const [dataDir = ''] = process.argv.slice(2)
const database = await openDatabase({ dataDir, name: 'carbondbdev', log: stderrLog, durable: false })
process.stdout.write(`${JSON.stringify({ url: database.url })}\n`)
process.stdin.resume().on('end', async () => {
  await database.close()
  process.exit(0)
})
