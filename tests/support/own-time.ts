import { afterAll, vi } from 'vitest'

// The files of a worker come one after the other in one process: no file leaves its clock to the next, even where it fails.
afterAll(() => {
  vi.useRealTimers()
})
