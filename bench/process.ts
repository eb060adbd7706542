import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'

const TICKS_PER_SECOND = 100
const KIB_PER_MB = 1_000_000 / 1024

/** A process and all that it has started, as far as they live. */
export async function familyOf(pid: number): Promise<number[]> {
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '')
  const found = children.split(' ').filter(Boolean).map(Number)
  return [pid, ...(await Promise.all(found.map(familyOf))).flat()]
}

/** Processor time, in seconds, that processes have taken so far, with that of their children that have ended. */
export async function cpuSeconds(pids: readonly number[]): Promise<number> {
  let ticks = 0
  for (const pid of pids) {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
    // After the name, which may hold anything: state is field 3; user, system, and both of ended children are 14 to 17.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    ticks += fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0)
  }
  return ticks / TICKS_PER_SECOND
}

/** Proportional set size of processes in MB (10^6 bytes): shared pages are divided among those who share them. */
export async function pssMB(pids: readonly number[]): Promise<number> {
  let kib = 0
  for (const pid of pids) {
    const rollup = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8').catch(() => '')
    kib += Number(/^Pss:\s+(\d+) kB$/m.exec(rollup)?.[1] ?? 0)
  }
  return kib / KIB_PER_MB
}

/** Can this machine tell what is asked of it here? */
export function hasProc(): boolean {
  return existsSync('/proc/self/smaps_rollup')
}
