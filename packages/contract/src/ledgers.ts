import { z } from 'zod'
import { ById } from './common.ts'
import { defineOperation } from './operation.ts'

const COLUMNS =
  'One row for each range of units that an entry names, or one for the entry: index, leaf, at, type, sentence, from and ' +
  'to (accounts), first and last (serial numbers), quantity. '
const CSV =
  'Comma-separated values (RFC 4180) in UTF-8; a text that a spreadsheet would take for a formula has an apostrophe before it.'
const JSONL = 'One JSON object a line; numbers of units are strings.'

const csv = { media: 'text/csv; charset=utf-8', description: COLUMNS + CSV } as const
const jsonl = { media: 'application/jsonl; charset=utf-8', description: COLUMNS + JSONL } as const
const common = { method: 'GET', tag: 'Ledgers', access: 'public', answer: z.string() } as const

export const projectLedgerCsv = defineOperation({
  ...common,
  ...csv,
  id: 'projectLedgerCsv',
  path: '/national/projects/{id}/ledger.csv',
  summary: 'Download the project ledger as CSV',
  params: ById,
  problems: ['not-found'],
})

export const projectLedgerJsonl = defineOperation({
  ...common,
  ...jsonl,
  id: 'projectLedgerJsonl',
  path: '/national/projects/{id}/ledger.jsonl',
  summary: 'Download the project ledger as JSON lines',
  params: ById,
  problems: ['not-found'],
})

export const accountLedgerCsv = defineOperation({
  ...common,
  ...csv,
  id: 'accountLedgerCsv',
  path: '/national/accounts/{id}/ledger.csv',
  summary: 'Download the account ledger as CSV',
  params: ById,
  problems: ['not-found'],
})

export const accountLedgerJsonl = defineOperation({
  ...common,
  ...jsonl,
  id: 'accountLedgerJsonl',
  path: '/national/accounts/{id}/ledger.jsonl',
  summary: 'Download the account ledger as JSON lines',
  params: ById,
  problems: ['not-found'],
})

export const countryLedgerCsv = defineOperation({
  ...common,
  ...csv,
  id: 'countryLedgerCsv',
  path: '/national/ledgers/country.csv',
  summary: 'Download the country ledger as CSV',
})

export const countryLedgerJsonl = defineOperation({
  ...common,
  ...jsonl,
  id: 'countryLedgerJsonl',
  path: '/national/ledgers/country.jsonl',
  summary: 'Download the country ledger as JSON lines',
})
