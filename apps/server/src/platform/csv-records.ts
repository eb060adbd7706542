import { TextDecoder } from 'node:util'

/** Longest value, in bytes of UTF-8. */
export const MAX_VALUE_BYTES = 65_536

/** Longest row, in bytes: what separates its values counts too. */
export const MAX_ROW_BYTES = 1_048_576

/** Why a row cannot be used, and the value (counted from 0) in which that is. */
export interface BrokenValue {
  code: 'quote-not-closed' | 'row-too-long' | 'value-too-long' | 'value-not-utf8' | 'value-control'
  value: number
  /** For `value-not-utf8` the value with U+FFFD for what is none, for `value-control` the character, such as U+0000. */
  found: string
}

/** A row of a CSV file, the header being one. */
export interface CsvRecord {
  /** First and last line of the file that it stands on, from 1. */
  lines: readonly [number, number]
  cells: string[]
  /** The first thing wrong; `cells` may then be incomplete. */
  broken?: BrokenValue
}

const [LF, CR, QUOTE] = [0x0a, 0x0d, 0x22]
const CONTROL = /[^\P{Cc}\t\n\r]/u

/**
 * Cuts the bytes of a CSV file into records. Lines end in LF, CRLF or CR; a value in quotation marks may hold line ends,
 * separators and doubled quotation marks; a quotation mark anywhere else stands for itself. Lines without any character
 * are passed over; a byte order mark is not known here. Whatever a file holds, no more is kept than a row of the longest size: a value or row beyond it is
 * read to its end, and told as broken.
 */
export class RecordCutter {
  readonly #separator: number
  readonly #value = Buffer.alloc(MAX_VALUE_BYTES)
  readonly #utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
  readonly #ready: CsvRecord[] = []
  #place: 'start' | 'plain' | 'quoted' | 'after-quote' = 'start'
  #length = 0
  #cells: string[] = []
  #count = 0
  #rowBytes = 0
  #broken: BrokenValue | undefined
  #line = 1
  #firstLine = 1
  #afterCr = false

  /** `separator` is one ASCII character. */
  constructor(separator: string) {
    this.#separator = separator.charCodeAt(0)
  }

  /** Takes the next bytes of the file; answers the records that end in them. */
  cut(bytes: Uint8Array): CsvRecord[] {
    for (const byte of bytes) this.#take(byte)
    return this.#ready.splice(0)
  }

  /** The file is at its end: what is left over is its last record. */
  end(): CsvRecord[] {
    if (this.#place === 'quoted') this.#broken = { code: 'quote-not-closed', value: this.#count, found: '' }
    this.#endRecord()
    return this.#ready.splice(0)
  }

  #take(byte: number): void {
    const endsCrLf = this.#afterCr && byte === LF
    const isBreak = byte === LF || byte === CR
    this.#afterCr = byte === CR
    if (this.#place === 'quoted') this.#takeQuoted(byte)
    else if (isBreak) {
      if (!endsCrLf) this.#endRecord()
    } else this.#takePlain(byte)
    if (!isBreak || endsCrLf) return
    this.#line += 1
    if (this.#place === 'start' && this.#count === 0) this.#firstLine = this.#line
  }

  #takeQuoted(byte: number): void {
    this.#measure()
    if (byte === QUOTE) this.#place = 'after-quote'
    else this.#keep(byte)
  }

  #takePlain(byte: number): void {
    this.#measure()
    if (byte === this.#separator) this.#endValue()
    else if (byte === QUOTE && this.#place === 'start') this.#place = 'quoted'
    else if (byte === QUOTE && this.#place === 'after-quote') {
      this.#keep(QUOTE)
      this.#place = 'quoted'
    } else {
      if (this.#place === 'after-quote') this.#takeBackQuotes()
      this.#place = 'plain'
      this.#keep(byte)
    }
  }

  /** The value goes on after what seemed to close it: its quotation marks were part of it. */
  #takeBackQuotes(): void {
    this.#value.copyWithin(1, 0, Math.min(this.#length, MAX_VALUE_BYTES - 1))
    this.#value[0] = QUOTE
    this.#length += 1
    this.#keep(QUOTE)
  }

  #measure(): void {
    this.#rowBytes += 1
    if (this.#rowBytes > MAX_ROW_BYTES) this.#breakAt('row-too-long')
  }

  #keep(byte: number): void {
    if (this.#length < MAX_VALUE_BYTES) this.#value[this.#length] = byte
    else this.#breakAt('value-too-long')
    this.#length += 1
  }

  #breakAt(code: BrokenValue['code'], found = ''): undefined {
    this.#broken ??= { code, value: this.#count, found }
    return undefined
  }

  #endValue(): void {
    const text = this.#broken ? undefined : this.#text()
    if (text !== undefined) this.#cells.push(text)
    this.#count += 1
    this.#length = 0
    this.#place = 'start'
  }

  #text(): string | undefined {
    const bytes = this.#value.subarray(0, this.#length)
    let text: string
    try {
      text = this.#utf8.decode(bytes)
    } catch {
      return this.#breakAt('value-not-utf8', bytes.toString('utf8'))
    }
    const control = CONTROL.exec(text)?.[0].codePointAt(0)
    if (control === undefined) return text
    return this.#breakAt('value-control', `U+${control.toString(16).toUpperCase().padStart(4, '0')}`)
  }

  #endRecord(): void {
    const isEmpty = this.#place === 'start' && this.#count === 0
    if (!isEmpty) {
      this.#endValue()
      const lines = [this.#firstLine, this.#line] as const
      this.#ready.push({ lines, cells: this.#cells, ...(this.#broken ? { broken: this.#broken } : {}) })
    }
    this.#cells = []
    this.#count = 0
    this.#rowBytes = 0
    this.#broken = undefined
  }
}
