import type { User, updateProfile } from '@tallystick/contract'
import type { z } from 'zod'
import { problem } from '../platform/problem.ts'
import type { Services } from '../platform/services.ts'
import { shownUser, userById } from './queries.ts'

type Wanted = z.output<NonNullable<(typeof updateProfile)['body']>>

/** Changes what is given of one's own name, phone and language. */
export async function changeProfile(services: Services, id: string, wanted: Wanted): Promise<User> {
  const { name = null, phone = null, language = null } = wanted
  await services.pool.query(
    `UPDATE content_user SET name = coalesce($2, name),
            phone = CASE WHEN $3 THEN $4 ELSE phone END,
            language = CASE WHEN $5 THEN $6 ELSE language END
      WHERE id = $1 AND ended_at IS NULL`,
    [id, name, wanted.phone !== undefined, phone, wanted.language !== undefined, language],
  )
  const user = await userById(services, id)
  if (!user) throw problem('not-found')
  return shownUser(user)
}
