import { type Inspected, inspectBundle } from './inspect.ts'

/** Inspects bundles, here or in another thread. */
export interface Inspector {
  inspect(bytes: Uint8Array, width: number): Promise<Inspected>
  close(): Promise<void>
}

export const inspectorHere: Inspector = {
  inspect: async (bytes, width) => inspectBundle(bytes, width),
  close: async () => undefined,
}

export function inspectorFor(_size: number): Inspector {
  return inspectorHere
}
