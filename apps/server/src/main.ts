import { StartupError } from './platform/startup-error.ts'
import { serve } from './serve.ts'

try {
  await serve()
} catch (error) {
  console.error(error instanceof StartupError ? error.message : error)
  process.exit(2)
}
