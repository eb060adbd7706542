/** What the platform needs of a logger; pino's and Fastify's fit. */
export type Log = {
  info(message: string): void
  warn(message: string): void
}

/** Plain lines on standard error, for commands whose standard output is their answer. */
export const stderrLog: Log = {
  info: (message) => process.stderr.write(`${message}\n`),
  warn: (message) => process.stderr.write(`${message}\n`),
}
