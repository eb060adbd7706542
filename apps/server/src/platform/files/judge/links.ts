import { Unfit } from './verdict.ts'

/** Links that run, or make another program do something. */
const RUNS = /^(?:javascript|vbscript|livescript|data|ms-[\w-]+|search|search-ms|shell|mk|jar|view-source|res):/
/** Links to the disk of whoever opens it, or to a share that is told who that is. */
const NEARBY = /^(?:file:|smb:|[a-z]:[\\/]|[\\/]{2})/

/** Refuses a link that does something else than to show a page or write a mail, however it is written. */
export function refuseLink(target: string, mayBeNear = false): void {
  const told = [...unescaped(target)]
    .filter((one) => one > ' ' && one !== '\u007f')
    .join('')
    .toLowerCase()
  if (RUNS.test(told)) throw new Unfit('active')
  if (!mayBeNear && NEARBY.test(told)) throw new Unfit('remote')
}

/** Readers undo `%6A` before they look at what a link is. */
function unescaped(target: string): string {
  return target.replace(/%([0-9A-Fa-f]{2})/g, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)))
}
