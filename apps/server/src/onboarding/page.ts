import type { Family } from '@tallystick/contract'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { registerFormPage, textsIn } from '../platform/form-page.ts'
import type { Services } from '../platform/services.ts'
import en from './page.en.json' with { type: 'json' }
import es from './page.es.json' with { type: 'json' }
import fr from './page.fr.json' with { type: 'json' }

const texts: Family<typeof en> = { en, fr, es }

type Confirm = (token: string, from: Pick<FastifyRequest, 'ip'>) => Promise<unknown>

/** The page that the link of a registration opens. Opening it changes nothing; its one button confirms the address. */
export function registerConfirmPage(app: FastifyInstance, services: Services, confirm: Confirm): void {
  registerFormPage(app, services, {
    address: '/registrations/confirm',
    texts,
    title: 'title',
    async open({ query }) {
      const { token = '' } = textsIn(query)
      if (token === '') return { status: 400, text: 'missing' }
      return { text: 'lead', form: { button: 'button', hidden: { token } } }
    },
    async submit({ token = '' }, request) {
      await confirm(token, request)
      return { text: 'done' }
    },
    async again(_sent, { problem: { code, status } }) {
      if (code === 'email-taken' && services.onboarding === 'password') {
        return { status, text: 'email-taken.password', links: [{ text: 'forgotten', to: '/password/forgotten' }] }
      }
      return { status, text: code === 'email-taken' || code === 'too-many-requests' ? code : 'failed' }
    },
  })
}
