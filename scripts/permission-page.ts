import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { PermissionTable } from '../packages/rules/src/permissions.ts'
import { rules } from '../packages/rules/src/rules.ts'
import { shippedDocuments, shippedPresets } from '../packages/rules/src/simple.ts'

const file = fileURLToPath(new URL('../docs/permissions.md', import.meta.url))

const scopes = {
  any: 'for any organisation',
  own: 'for the own organisation',
  assigned: 'for what the organisation is assigned to',
} as const

const code = (text: string) => `\`${text}\``

/** All permissions of the tables that ship, from the tables themselves. */
export function permissionPage(): string {
  const lines = [
    '<!-- Made from the code by `npm run docs:rules`; a test holds it to the code. -->',
    '',
    '# Permissions',
    '',
    'Who may do what is one table, a document that the ledger adopts; a country replaces it without touching code. These are',
    'the tables that ship, each with the preset of its name. A role is `<kind of organisation>/<role of the user>`. What no table',
    'gives to a role, nobody of that role does; a suspended organisation does nothing.',
    '',
    'An action is of an entry of the ledger, whose page is linked, or beside the ledger: then what it does is kept outside, and',
    'the same code asks the same table. *Independent*: nobody acts or approves there for an organisation that owns what is decided',
    'on, or for an affiliate of one. Beside the ledger nothing waits for approvals: an action of which a table asks for them there',
    'is open to nobody.',
    '',
    ...shippedPresets.flatMap((name) => tableOf(name, PermissionTable.parse(documentOf(name)))),
  ]
  return `${lines.join('\n').trimEnd()}\n`
}

/** What stands in docs/permissions.md now. */
export function writtenPermissions(): string {
  return readFileSync(file, 'utf8')
}

/** Writes the page anew. */
export function writePermissions(): void {
  writeFileSync(file, permissionPage())
}

function documentOf(name: (typeof shippedPresets)[number]): unknown {
  return JSON.parse(new TextDecoder().decode(shippedDocuments[name].permissions))
}

function tableOf(name: string, { actions, approvals, independent, appoints, roles }: PermissionTable): string[] {
  const rows = Object.keys(actions)
    .toSorted()
    .map((action) => {
      const asked = (approvals[action] ?? []).map(({ count, by }) => `${count} of ${by.map(code).join(', ')}`)
      return [
        code(action),
        doneBy(action),
        whoMay(actions[action] ?? {}),
        asked.length === 0 ? '–' : asked.join('; and '),
        independent.includes(action) ? 'yes' : '–',
      ]
    })
  const head = ['Action', 'Done by', 'Roles', 'Approvals', 'Independent']
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  return [
    `## ${name}`,
    '',
    `Roles: ${roles.map(code).join(', ')}. Only to appoint others: ${appoints.map(code).join(', ')}.`,
    '',
    line(head),
    line(head.map(() => '---')),
    ...rows.map(line),
    '',
  ]
}

/** The entry types of an action, or that it is beside the ledger. */
function doneBy(action: string): string {
  const fits = (pattern: string) =>
    pattern.endsWith('*') ? action.startsWith(pattern.slice(0, -1)) : action === pattern
  const types = rules.filter(({ actions }) => actions.some(fits)).map(({ type }) => `[${type}](rules/${type}.md)`)
  return types.length === 0 ? 'beside the ledger' : types.join(', ')
}

function whoMay(roles: PermissionTable['actions'][string]): string {
  const groups = (['any', 'own', 'assigned'] as const).flatMap((scope) => {
    const named = Object.entries(roles).filter(([, given]) => given === scope)
    return named.length === 0 ? [] : [`${named.map(([role]) => code(role)).join(', ')} ${scopes[scope]}`]
  })
  return groups.length === 0 ? 'nobody' : groups.join('; ')
}
