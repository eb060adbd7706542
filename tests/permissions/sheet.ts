import { readFileSync } from 'node:fs'

/** For whom a role may do something: for anybody, for its own organisation, for what its organisation is assigned to. */
export type Scope = 'any' | 'own' | 'assigned'

/** A line of what is expected, as somebody wrote it down by hand. */
export interface Line {
  command: string
  /** Which of several: a move, a kind of document, a role, a purpose. */
  detail: string
  /** Under which name the permission table knows it. */
  action: string
  /** Whose states the next column means: those of a project, or of a monitoring period. */
  of: 'project' | 'period'
  states: readonly string[] | 'any'
  /** Roles, each with its scope. */
  who: ReadonlyMap<string, Scope>
  /** Roles of those who must approve, one of each. */
  approvals: readonly string[]
  /** Is whoever owns what is decided on, and whoever is affiliated to an owner, refused? */
  independent: boolean
  /** What must be there before. */
  needs: readonly string[]
  /** What everybody else is told. */
  others: string
  /** What those who may are told in every other state; one of these. */
  elsewhere: readonly string[]
  /** What those who may are told in these states: `done`, or why never. */
  answer: string
}

/** How a project or a monitoring period comes into a state: from which other one, by which move, after what. */
export interface Way {
  of: string
  state: string
  from: string
  move: string
  needs: readonly string[]
}

/** The command of a line about what is kept beside the ledger: there is no entry, only an action of the table. */
export const BESIDE = '(beside the ledger)'

const COLUMNS = 'command,detail,action,of,states,who,approvals,independent,needs,others,elsewhere,answer'
const WAY_COLUMNS = 'preset,of,state,from,move,needs'

function cellsOf(file: string, columns: string): string[][] {
  const lines = readFileSync(new URL(file, import.meta.url), 'utf8')
    .trimEnd()
    .split('\n')
  const [header, ...rows] = lines.filter((line) => line !== '' && !line.startsWith('#'))
  if (header !== columns) throw new Error(`${file} must have the columns ${columns}`)
  return rows.map((line) => {
    const cells = line.split(',').map((cell) => cell.trim())
    if (cells.length !== columns.split(',').length) throw new Error(`${file}: wrong number of cells in: ${line}`)
    return cells
  })
}

function listed(cell: string, separator: RegExp): string[] {
  return cell
    .split(separator)
    .map((one) => one.trim())
    .filter((one) => one !== '')
}

function whoOf(cell: string, line: string): Map<string, Scope> {
  const roles = listed(cell, /;/).flatMap((part) => {
    const [scope, ...named] = listed(part, / /)
    if (scope !== 'any' && scope !== 'own' && scope !== 'assigned') throw new Error(`who is that: ${line}`)
    return named.map((role): [string, Scope] => [role, scope])
  })
  const map = new Map(roles)
  if (map.size !== roles.length) throw new Error(`a role stands twice: ${line}`)
  return map
}

/** One line for each of the commands of which it is said. */
function linesIn([commands = '', ...cells]: string[]): Line[] {
  const named = commands === BESIDE ? [commands] : listed(commands, / /)
  return named.map((command) => lineOf([command, ...cells]))
}

function lineOf(cells: string[]): Line {
  const [command = '', detail = '', action = '', of = '', states = '', who = '', approvals = '', ...more] = cells
  const [independent, needs = '', others = '', elsewhere = '', answer = ''] = more
  if (of !== 'project' && of !== 'period') throw new Error(`project or period: ${cells.join()}`)
  return {
    ...{ command, detail, action, of, others },
    states: states === 'any' ? 'any' : listed(states, / /),
    who: whoOf(who, cells.join()),
    approvals: listed(approvals, /\+/),
    independent: independent === 'yes',
    needs: listed(needs, /;/),
    elsewhere: listed(elsewhere, / /),
    answer: answer === '' ? 'done' : answer,
  }
}

/** The expected answers of a preset. */
export function linesOf(preset: string): Line[] {
  return cellsOf(`./${preset}.csv`, COLUMNS).flatMap(linesIn)
}

/** The states of a preset, each with a way that leads there. */
export function waysOf(preset: string): Way[] {
  return cellsOf('./states.csv', WAY_COLUMNS).flatMap(
    ([which, of = '', state = '', from = '', move = '', needs = '']) =>
      which === preset ? [{ of, state, from, move, needs: listed(needs, /;/) }] : [],
  )
}
