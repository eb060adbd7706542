import { type Answer, done, expectStatus, type Person } from '../registry.fixture.ts'
import type { World } from '../world.fixture.ts'

/** An organisation of a kind with its Admin. */
export async function organisationOf(
  { registry, officer }: World,
  kind: string,
  name: string,
): Promise<{ id: string; admin: Person }> {
  const { id } = await done(officer.post('/national/organisations', { kind, name }))
  return { id: String(id), admin: await registry.join(officer, String(id), 'Admin') }
}

/** What an answer says in short: its status, and why it was refused. */
export function short({ status, body }: Answer): [number, unknown] {
  return [status, body.code]
}

/** The fields that were wrong in a request. */
export function fieldsOf({ body }: Answer): string[] {
  return ((body.errors ?? []) as { field: string }[]).map(({ field }) => field)
}

export async function read(who: Person, path: string): Promise<Record<string, unknown>> {
  return expectStatus(await who.get(path), 200).body
}

export async function itemsOf(who: Person, path: string): Promise<Record<string, unknown>[]> {
  return (await read(who, path)).items as Record<string, unknown>[]
}

/** Suspends an organisation, and lets it act again. */
export function suspend({ officer }: World, id: string, verb: 'suspend' | 'reactivate' = 'suspend'): Promise<Answer> {
  return officer.post(`/national/organisations/${id}/${verb}`, { reason: 'investigation' })
}
