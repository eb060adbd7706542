import type { User, updateProfile } from '@tallystick/contract'
import type { z } from 'zod'
import { rename } from '../platform/people.ts'
import { fieldProblem, problem } from '../platform/problem.ts'
import type { Services } from '../platform/services.ts'
import { shownUser, userById } from './queries.ts'

type Wanted = z.output<NonNullable<(typeof updateProfile)['body']>>

/** Root's word is the operator's, and nobody is above it who could give it a name. */
const NAMES_ITSELF = 'government/Root'

/** Changes what is given of one's own phone and language. The name, under which people sign, is others' to give. */
export async function changeProfile(services: Services, id: string, wanted: Wanted): Promise<User> {
  const { name, phone = null, language = null } = wanted
  const known = await userById(services, id)
  if (known && name !== undefined && name !== known.name) {
    if (known.role !== NAMES_ITSELF) throw ownName(known.name)
    await rename(services, id, name)
  }
  await services.pool.query(
    `UPDATE content_user SET phone = CASE WHEN $2 THEN $3 ELSE phone END,
            language = CASE WHEN $4 THEN $5 ELSE language END
      WHERE id = $1 AND ended_at IS NULL`,
    [id, wanted.phone !== undefined, phone, wanted.language !== undefined, language],
  )
  const user = await userById(services, id)
  if (!user) throw problem('not-found')
  return shownUser(user)
}

/** Nobody changes the own name. */
export function ownName(name: string) {
  return fieldProblem('name', 'nobody changes his own name: ask another administrator', name)
}
