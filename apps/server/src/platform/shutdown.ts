const STOP_TIMEOUT_MS = 25_000

/**
 * Runs `stop` once when the process is told to end: by Ctrl-C, SIGTERM, SIGHUP, or because its launcher is gone. Told
 * again while stopping, it goes on stopping. Afterwards the process ends with status 0, or 1 if `stop` failed
 * or took longer than 25 s.
 */
export function onShutdown(stop: (reason: string) => Promise<void>): void {
  let stopping = false
  const handle = (reason: string) => {
    if (stopping) return
    stopping = true
    setTimeout(() => process.exit(1), STOP_TIMEOUT_MS).unref()
    stop(reason).then(
      () => process.exit(0),
      (error: unknown) => {
        console.error(error)
        process.exit(1)
      },
    )
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => handle(signal))
  process.on('disconnect', () => handle('the launcher is gone'))
}
