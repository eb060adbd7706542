/** Something that the person who starts the program can put right. The message says what and how; print it without a stack. */
export class StartupError extends Error {
  override readonly name = 'StartupError'
}
