// Claims a data folder in a process of its own, says what came of it, and keeps the claim until it is killed.
import { claimInstance } from './instance.ts'

const [dataDir = '', url = ''] = process.argv.slice(2)
const claim = await claimInstance(dataDir, url)
process.stdout.write(`${JSON.stringify(claim)}\n`)
process.stdin.resume()
