/** One operation of a history: what it appended to which lists, or what it read of them, and when. */
export interface Operation {
  id: number
  /** Order of its call and of its answer among all calls and answers. */
  called: number
  answered: number
  /** What it appended, if it did. */
  appended?: { element: string; lists: string[] }
  read?: { list: string; elements: string[] }
}

export interface Findings {
  /** Operations that depend on each other in a circle. */
  cycles: number[][]
  /** Reads that are no beginning of the list as it came out, and elements that stand twice or were lost. */
  anomalies: string[]
  edges: number
}

/**
 * Looks for circles in the order of a history of appends and reads, as Elle does (Kingsbury and Alvaro, 2020): who
 * wrote before whom (ww), who read whose write (wr), who read before whose write (rw), and who was answered before whom
 * was called. A history without a circle is strictly serialisable.
 */
export function findCycles(history: readonly Operation[], lists: ReadonlyMap<string, readonly string[]>): Findings {
  const anomalies: string[] = []
  const writers = writersOf(history, lists, anomalies)
  const graph = new Graph()
  for (const [list, elements] of lists) {
    for (const [at, element] of elements.entries()) {
      const before = elements[at - 1]
      if (before !== undefined) graph.add(writers.get(`${list} ${before}`), writers.get(`${list} ${element}`))
    }
  }
  for (const { id, read } of history) {
    if (!read) continue
    const whole = lists.get(read.list) ?? []
    if (read.elements.some((element, at) => element !== whole[at])) anomalies.push(`operation ${id} read no beginning`)
    graph.add(writers.get(`${read.list} ${read.elements.at(-1)}`), id)
    graph.add(id, writers.get(`${read.list} ${whole[read.elements.length]}`))
  }
  addRealTime(graph, history)
  return { cycles: graph.cycles().map((circle) => circle.filter((node) => node >= 0)), anomalies, edges: graph.edges }
}

function writersOf(
  history: readonly Operation[],
  lists: ReadonlyMap<string, readonly string[]>,
  anomalies: string[],
): Map<string, number> {
  const writers = new Map<string, number>()
  for (const { id, appended } of history) {
    for (const list of appended?.lists ?? []) writers.set(`${list} ${appended?.element}`, id)
  }
  const stored = new Set<string>()
  for (const [list, elements] of lists) {
    for (const element of elements) {
      if (stored.has(`${list} ${element}`)) anomalies.push(`${element} stands twice in ${list}`)
      stored.add(`${list} ${element}`)
    }
  }
  for (const key of writers.keys()) if (!stored.has(key)) anomalies.push(`lost: ${key}`)
  return writers
}

/**
 * Whoever was answered came before whoever was called later. Instead of an edge for each such pair, the answers make a
 * chain of moments (negative nodes): an operation leads to the moment of its answer, a moment to who is called next.
 */
function addRealTime(graph: Graph, history: readonly Operation[]): void {
  const answers = [...history].sort((a, b) => a.answered - b.answered)
  const moment = (at: number) => -1 - at
  for (const [at, { id }] of answers.entries()) {
    graph.add(id, moment(at))
    if (at > 0) graph.add(moment(at - 1), moment(at))
  }
  let latest = -1
  for (const { id, called } of [...history].sort((a, b) => a.called - b.called)) {
    while ((answers[latest + 1]?.answered ?? Number.POSITIVE_INFINITY) < called) latest += 1
    if (latest >= 0) graph.add(moment(latest), id)
  }
}

class Graph {
  readonly #next = new Map<number, Set<number>>()
  edges = 0

  add(from: number | undefined, to: number | undefined): void {
    if (from === undefined || to === undefined || from === to) return
    const next = this.#next.get(from) ?? new Set()
    if (!next.has(to)) this.edges += 1
    this.#next.set(from, next.add(to))
  }

  /** Strongly connected sets of more than one node (Tarjan 1972, without recursion). */
  cycles(): number[][] {
    const found: number[][] = []
    const order = new Map<number, number>()
    const low = new Map<number, number>()
    const stack: number[] = []
    const onStack = new Set<number>()
    const lowest = (node: number, value: number) => low.set(node, Math.min(low.get(node) ?? value, value))
    const enter = (node: number) => {
      order.set(node, order.size)
      lowest(node, order.size - 1)
      stack.push(node)
      onStack.add(node)
      return { node, next: [...(this.#next.get(node) ?? [])] }
    }
    for (const root of this.#next.keys()) {
      if (order.has(root)) continue
      const path = [enter(root)]
      for (let here = path.at(-1); here; here = path.at(-1)) {
        const to = here.next.pop()
        if (to !== undefined) {
          if (!order.has(to)) path.push(enter(to))
          else if (onStack.has(to)) lowest(here.node, order.get(to) ?? 0)
          continue
        }
        path.pop()
        const parent = path.at(-1)
        if (parent) lowest(parent.node, low.get(here.node) ?? 0)
        if (low.get(here.node) !== order.get(here.node)) continue
        const set = stack.splice(stack.indexOf(here.node))
        for (const node of set) onStack.delete(node)
        if (set.length > 1) found.push(set)
      }
    }
    return found
  }
}
