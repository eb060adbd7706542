import { readFile } from 'node:fs/promises'
import { errorCode } from './error-code.ts'

/** Whether a process with this number exists, which need not be the one that had it before. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return errorCode(error) === 'EPERM'
  }
}

/** When a process began, in the kernel's own unit, which tells it from a later one with its number; null without /proc. */
export async function startOf(pid: number): Promise<string | null> {
  const line = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
  // The program's name may hold spaces and brackets; the fields after it are counted from the last bracket.
  return line.slice(line.lastIndexOf(')') + 2).split(' ')[19] ?? null
}
