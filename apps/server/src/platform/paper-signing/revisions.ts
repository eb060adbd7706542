import { hash } from 'node:crypto'
import type { PDF, PdfDict, PdfObject, PdfRef } from '@libpdf/core'
import { verifyPdf } from './verify.ts'

const library = () => import('@libpdf/core')

/**
 * Has nothing happened to a signed PDF since its first signature but that others signed it? The last signature covers all of
 * it, and what stands between one signature and the next leaves every object that was there as it was, but for one field
 * that was empty and is signed now; or there is one more field, that is nowhere to be seen. What other programs put between two
 * signatures is refused, also what a reader of PDF would let pass.
 */
export async function isOnlySigned(bytes: Uint8Array): Promise<boolean> {
  const { signatures, isWhole } = verifyPdf(bytes)
  if (!isWhole) return false
  const ends = signatures.map(({ covers }) => covers)
  const revisions = ends.map((end) => bytes.subarray(0, end))
  for (const [at, later] of revisions.entries()) {
    const earlier = revisions[at - 1]
    if (earlier && !(await onlyAddsSignature(earlier, later))) return false
  }
  return true
}

async function onlyAddsSignature(earlier: Uint8Array, later: Uint8Array): Promise<boolean> {
  if (!isOneUpdate(earlier, later)) return false
  const { PDF, PdfRef } = await library()
  try {
    const [before, after] = await Promise.all([PDF.load(Uint8Array.from(earlier)), PDF.load(Uint8Array.from(later))])
    return differsInOneField(before, after, (number) => PdfRef.of(number, 0))
  } catch {
    return false
  }
}

const END = /startxref\s+(\d{1,12})\s+%%EOF\s*$/
const MOST_OBJECTS = 200_000

/** One table of objects is behind, which goes back to the one before: no reader finds others than another does. */
function isOneUpdate(earlier: Uint8Array, later: Uint8Array): boolean {
  const [head, tail] = [textOf(earlier.subarray(-64)), textOf(later.subarray(earlier.length))]
  const [before, after] = [END.exec(head)?.[1], END.exec(tail)?.[1]]
  if (before === undefined || after === undefined) return false
  const table = tail.slice(Number(after) - earlier.length)
  const previous = [...table.matchAll(/\/Prev\s+(\d+)/g)].map(([, offset]) => offset)
  return (
    Number(after) >= earlier.length &&
    tail.split('startxref').length === 2 &&
    previous.length === 1 &&
    previous[0] === before &&
    !table.includes('/XRefStm')
  )
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1')
}

type Found = ReturnType<PDF['getObject']>

function differsInOneField(before: PDF, after: PDF, refOf: (number: number) => PdfRef): boolean {
  const { trailer } = before.context.info
  const size = trailer.getNumber('Size')?.value ?? 0
  if (size > MOST_OBJECTS || printed(trailer.get('Root')) !== printed(after.context.info.trailer.get('Root')))
    return false
  const differing: { one: Found; other: Found }[] = []
  for (let number = 1; number < size; number += 1) {
    const [one, other] = [before.getObject(refOf(number)), after.getObject(refOf(number))]
    if (printed(one) !== printed(other)) differing.push({ one, other })
  }
  const [first] = differing
  return (
    first !== undefined &&
    differing.length === 1 &&
    (isFilledIn(first.one, first.other, size) || isOneMore(first.one, first.other, size))
  )
}

/** An empty field for a signature, which has one now, and what is to be seen of it. */
function isFilledIn(one: Found, other: Found, size: number): boolean {
  if (!isDict(one) || !isDict(other)) return false
  const { V: before, ...empty } = partsOf(one)
  const { V: value, ...filled } = partsOf(other)
  const picture = other.getDict('AP')?.getRef('N')
  const isSeenAnew = empty.AP !== filled.AP
  return (
    empty.FT === '/Sig' &&
    before === undefined &&
    value !== undefined &&
    (other.getRef('V')?.objectNumber ?? 0) >= size &&
    (!isSeenAnew || (other.getDict('AP')?.size === 1 && (picture?.objectNumber ?? 0) >= size)) &&
    sameParts({ ...empty, AP: '' }, { ...filled, AP: '' })
  )
}

/** The form, with one more field at its end. */
function isOneMore(one: Found, other: Found, size: number): boolean {
  if (!isDict(one) || !isDict(other)) return false
  const { Fields: _, ...before } = partsOf(one)
  const { Fields: __, ...after } = partsOf(other)
  const [fields, more] = [[...(one.getArray('Fields') ?? [])], [...(other.getArray('Fields') ?? [])]]
  const last = more.at(-1)
  return (
    before.SigFlags !== undefined &&
    more.length === fields.length + 1 &&
    last?.type === 'ref' &&
    last.objectNumber >= size &&
    fields.every((field, at) => printed(field) === printed(more[at])) &&
    sameParts(before, after)
  )
}

function isDict(value: Found | undefined): value is PdfDict {
  return value?.type === 'dict'
}

function partsOf(dict: PdfDict): Record<string, string> {
  return Object.fromEntries([...dict].map(([name, value]) => [name.value, printed(value)]))
}

function sameParts(one: Record<string, string>, other: Record<string, string>): boolean {
  const lines = (parts: Record<string, string>) => JSON.stringify(Object.entries(parts).sort())
  return lines(one) === lines(other)
}

/** An object of a PDF as a text that is the same for the same object, however it is written. */
function printed(value: PdfObject | null | undefined): string {
  if (value === null || value === undefined) return 'nothing'
  switch (value.type) {
    case 'ref':
      return `${value.objectNumber} ${value.generation} R`
    case 'name':
      return `/${value.value}`
    case 'number':
    case 'bool':
      return String(value.value)
    case 'string':
      return `<${Buffer.from(value.bytes).toString('hex')}>`
    case 'array':
      return `[${[...value].map(printed).join(' ')}]`
    case 'dict':
      return dictionary(value)
    case 'stream':
      return `${dictionary(value)} ${hash('sha256', 'data' in value ? (value.data as Uint8Array) : '')}`
    default:
      return 'null'
  }
}

function dictionary(dict: PdfDict): string {
  return `<<${Object.entries(partsOf(dict)).sort().flat().join(' ')}>>`
}
