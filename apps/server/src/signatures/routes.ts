import { Readable } from 'node:stream'
import type { AuthenticationResponseJSON, RegistrationResponseJSON } from '@simplewebauthn/server'
import {
  beginAdvancedSignature,
  beginSigningKey,
  listSigningKeys,
  makeSigningKey,
  obtainSigningPermit,
  readRevokedKeys,
  readSignatureSheet,
  readSignatures,
  readSigningAuthority,
  readSigningChain,
  requestSigningCode,
  revokeSigningKey,
  signAdvanced,
  signDocument,
  signInInk,
} from '@tallystick/contract'
import type { FastifyInstance, FastifyReply } from 'fastify'
import { spokenTo } from '../platform/language.ts'
import { handle } from '../platform/operations.ts'
import { pemOf } from '../platform/paper-signing/key.ts'
import { recipientOf } from '../platform/people.ts'
import { problem } from '../platform/problem.ts'
import type { Services } from '../platform/services.ts'
import { beginAdvanced, printed, signAdvancedly } from './advanced.ts'
import { signInk } from './ink.ts'
import { authorityCertificate, beginKey, chainOf, keysOf, makeKey, revokedList, revokeKey } from './keys.ts'
import { FOR_KEY, prove, sendCode } from './proofs.ts'
import { documentSignatures } from './queries.ts'
import { lastSignedPdf, maySee } from './sheet.ts'
import { signSimple, simplePermit } from './simple.ts'

/** Signatures on documents: simple ones, ones with keys of people, and ink; the ledger has the fact of each. */
export function register(app: FastifyInstance, services: Services): void {
  const { papers } = services
  registerKeys(app, services)

  handle(app, services, readSignatures, async ({ params, query }) => {
    const found = await documentSignatures(services, aboutOf(params, query))
    if (!found) throw problem('not-found')
    return found
  })

  handle(app, services, readSignatureSheet, async ({ params, query, actor, request, reply }) => {
    const found = await documentSignatures(services, aboutOf(params, query))
    if (!found) throw problem('not-found')
    if (!(await maySee(services, actor, found))) throw problem('forbidden')
    const signed = await lastSignedPdf(services, found)
    return file(reply, signed ?? (await printed(services, papers, found, spokenTo(request, reply))))
  })

  handle(app, services, requestSigningCode, async ({ actor, body }) => {
    return { expiresAt: (await sendCode(services, actor, body.sha256 ?? FOR_KEY)).toISOString() }
  })

  handle(app, services, obtainSigningPermit, async ({ actor, body, request, reply }) => {
    const { password, code, ...target } = body
    const permit = await simplePermit(services, actor, target, { password, code }, spokenTo(request, reply))
    return { ...permit, expiresAt: permit.expiresAt.toISOString() }
  })

  handle(app, services, signDocument, (call) => signSimple(services, call))

  handle(app, services, signInInk, (call) => signInk(services, call))

  handle(app, services, beginAdvancedSignature, async ({ actor, body, request, reply }) => {
    const begun = await beginAdvanced(services, actor, body, spokenTo(request, reply))
    return { ...begun, options: { ...begun.options }, expiresAt: begun.expiresAt.toISOString() }
  })

  handle(app, services, signAdvanced, (call) => {
    const { challenge, answer } = call.body
    return signAdvancedly(services, papers, {
      ...call,
      body: { challenge, answer: answer as AuthenticationResponseJSON },
    })
  })
}

function registerKeys(app: FastifyInstance, services: Services): void {
  handle(app, services, beginSigningKey, async ({ actor, body }) => {
    await prove(services, actor, FOR_KEY, body)
    const { email = '' } = (await recipientOf(services.pool, actor.user)) ?? {}
    const { options, expiresAt } = await beginKey(services, actor, email)
    return { options: { ...options }, expiresAt: expiresAt.toISOString() }
  })

  handle(app, services, makeSigningKey, ({ actor, body: { name, answer } }) =>
    makeKey(services, actor, { name, answer: answer as RegistrationResponseJSON }),
  )

  handle(app, services, listSigningKeys, async ({ actor }) => ({ items: await keysOf(services, actor) }))

  handle(app, services, revokeSigningKey, async ({ actor, params }) => {
    await revokeKey(services, actor, params.id)
    return undefined
  })

  handle(app, services, readSigningChain, async ({ actor, params, reply }) =>
    file(reply, Buffer.from(await chainOf(services, actor, params.id))),
  )

  handle(app, services, readSigningAuthority, async ({ reply }) => {
    const certificate = await authorityCertificate(services)
    if (!certificate) throw problem('not-found')
    return file(reply, Buffer.from(pemOf(certificate)))
  })

  handle(app, services, readRevokedKeys, async ({ reply }) => file(reply, await revokedList(services)))
}

function aboutOf(
  { id, document }: { id: string; document: string },
  { period = null }: { period?: string | null | undefined },
) {
  return { project: id, period, document }
}

/** Bytes as an answer, to be kept and not to be shown in the page. */
function file(reply: FastifyReply, bytes: Uint8Array): Readable {
  reply.header('content-length', bytes.length).header('content-disposition', 'attachment')
  return Readable.from([bytes])
}
