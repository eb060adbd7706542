type Bytes = string | Uint8Array

/** An object of a PDF with a stream. `head` is what its dictionary has besides the length. */
export function streamObject(
  content: Bytes,
  head = '/Type /EmbeddedFile',
  length = `${Buffer.byteLength(content)}`,
): Buffer {
  return joined(`<< /Length ${length} ${head} >>\nstream\n`, Buffer.from(content), '\nendstream')
}

/** A whole PDF of these objects, numbered from 1, with one table of them. `trailer` is what the trailer has besides. */
export function pdfOf(objects: readonly Bytes[], root: number, trailer = ''): Buffer {
  const parts: Buffer[] = [joined('%PDF-1.7\n%\x80\x80\x80\x80\n\n')]
  const offsets: number[] = []
  let at = parts[0]?.length ?? 0
  for (const [index, body] of objects.entries()) {
    const object = joined(`${index + 1} 0 obj\n`, body, '\nendobj\n\n')
    offsets.push(at)
    parts.push(object)
    at += object.length
  }
  const places = offsets.map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`).join('')
  const size = objects.length + 1
  const table = `xref\n0 ${size}\n0000000000 65535 f \n${places}`
  const end = `trailer\n<< /Size ${size} /Root ${root} 0 R ${trailer} >>\nstartxref\n${at}\n%%EOF\n`
  return Buffer.concat([...parts, Buffer.from(table), Buffer.from(end)])
}

/** The objects of a PDF with one table, in order, and which of them is its catalog. */
export function objectsOf(pdf: Uint8Array): { objects: Buffer[]; root: number } {
  const text = Buffer.from(pdf).toString('latin1')
  const table = Number(/startxref\s+(\d+)/.exec(text.slice(-100))?.[1])
  const places = [...text.slice(table).matchAll(/^(\d{10}) 00000 n/gm)].map(([, place]) => Number(place))
  const objects = places.map((place, index) => {
    const object = text.slice(place, places[index + 1] ?? table)
    return Buffer.from(object.slice(object.indexOf('obj') + 3, object.lastIndexOf('endobj')).trim(), 'latin1')
  })
  return { objects, root: Number(/\/Root (\d+) 0 R/.exec(text.slice(table))?.[1]) }
}

/** The same PDF with some objects changed, and a table of its own. */
export function rewritten(pdf: Uint8Array, change: (object: Buffer, text: string) => Bytes): Buffer {
  const { objects, root } = objectsOf(pdf)
  return pdfOf(
    objects.map((object) => change(object, object.toString('latin1'))),
    root,
  )
}

/** Objects that are written behind a PDF, as a later version of it. */
export function updated(pdf: Uint8Array, objects: Readonly<Record<number, Bytes>>): Buffer {
  const text = Buffer.from(pdf).toString('latin1')
  const before = Number(
    text
      .match(/startxref\s+\d+/g)
      ?.at(-1)
      ?.slice(9),
  )
  const { root } = objectsOf(pdf)
  const parts: Uint8Array[] = [pdf]
  let at = pdf.length
  let table = 'xref\n'
  for (const [number, body] of Object.entries(objects)) {
    const object = joined(`${number} 0 obj\n`, body, '\nendobj\n')
    table += `${number} 1\n${String(at).padStart(10, '0')} 00000 n \n`
    parts.push(object)
    at += object.length
  }
  const size = Math.max(...Object.keys(objects).map(Number), objectsOf(pdf).objects.length) + 1
  const trailer = `trailer\n<</Size ${size}/Root ${root} 0 R/Prev ${before}>>\nstartxref\n${at}\n%%EOF\n`
  return Buffer.concat([...parts, Buffer.from(table + trailer)])
}

function joined(...parts: readonly Bytes[]): Buffer {
  return Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part, 'latin1') : part)))
}
