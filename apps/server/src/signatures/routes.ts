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
  readSignedPaper,
  readSigningAuthority,
  readSigningChain,
  requestSigningCode,
  revokeSigningKey,
  signAdvanced,
  signDocument,
  signInInk,
} from '@tallystick/contract'
import type { FastifyInstance, FastifyReply } from 'fastify'
import { keptTemplates } from '../platform/documents.ts'
import type { Capability } from '../platform/http.ts'
import { spokenTo } from '../platform/language.ts'
import { handle } from '../platform/operations.ts'
import { pemOf } from '../platform/paper-signing/key.ts'
import { recipientOf } from '../platform/people.ts'
import { pdfOf } from '../platform/printing.ts'
import { problem } from '../platform/problem.ts'
import type { Services } from '../platform/services.ts'
import { throttle } from '../platform/throttle.ts'
import { beginAdvanced, signAdvancedly } from './advanced.ts'
import { signInk } from './ink.ts'
import { authorityCertificate, beginKey, chainOf, keysOf, makeKey, revokedList, revokeKey } from './keys.ts'
import { type DocumentPapers, paperToSign, requireReader, signedPaper } from './papers.ts'
import { FOR_KEY, prove, sendCode } from './proofs.ts'
import { type About, documentSignatures } from './queries.ts'
import { maySee, sheetOf } from './sheet.ts'
import { signSimple, simplePermit } from './simple.ts'

/** Papers that are printed for one user, as nobody has signed them with a key. */
const PRINTED = { most: 300, windowMs: 3_600_000 } as const

/** Signatures on documents: simple ones, ones with keys of people, and ink; the ledger has the fact of each. */
export function signatureRoutes(documents: DocumentPapers): Capability {
  return (app, services) => {
    registerKeys(app, services)
    registerReading(app, services, documents)
    registerSigning(app, services, documents)
  }
}

function registerReading(app: FastifyInstance, services: Services, documents: DocumentPapers): void {
  const found = async (about: About, version?: number) => {
    const of = await documentSignatures(services, about, version)
    if (!of) throw problem('not-found')
    return of
  }

  handle(app, services, readSignatures, ({ params, query }) => found(aboutOf(params, query), query.version))

  handle(app, services, readSignedPaper, async ({ params, query, actor, request, reply }) => {
    const of = await found(aboutOf(params, query), query.version)
    await requireReader(services, documents, actor, of)
    const signed = await signedPaper(services, of)
    // Of a version that is void only what was signed is still there.
    if (!signed && !of.inForce) throw problem('not-found')
    const language = query.language ?? spokenTo(request, reply)
    if (!signed) await throttle(services, `papers to sign printed for ${actor.user}`, PRINTED)
    const { pdf } = signed ?? (await paperToSign(services, documents, of, language))
    return file(reply, pdf, `${of.document}-v${of.version}${of.inForce ? '' : '-void'}.pdf`)
  })

  handle(app, services, readSignatureSheet, async ({ params, query, actor, request, reply }) => {
    const of = await found(aboutOf(params, query))
    if (!(await maySee(services, actor, of))) throw problem('forbidden')
    const language = spokenTo(request, reply)
    // What is no data is signed on its sheet.
    const isData = (await keptTemplates(services, of.project, [of.sha256])).size > 0
    const signed = isData ? undefined : await signedPaper(services, of)
    const pdf = signed?.pdf ?? (await pdfOf(services.papers, await sheetOf(services, of, language)))
    return file(reply, pdf, `${of.document}-v${of.version}-signatures.pdf`)
  })
}

function registerSigning(app: FastifyInstance, services: Services, documents: DocumentPapers): void {
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
    const { language, ...target } = body
    const begun = await beginAdvanced(services, actor, target, spokenTo(request, reply), language)
    return { ...begun, options: { ...begun.options }, expiresAt: begun.expiresAt.toISOString() }
  })

  handle(app, services, signAdvanced, (call) => {
    const { challenge, answer } = call.body
    return signAdvancedly(services, documents, {
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

  handle(app, services, revokeSigningKey, async ({ actor, params, query }) => {
    await revokeKey(services, actor, params.id, query.misused)
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
  { period, agreement }: { period?: string | undefined; agreement?: string | undefined },
): About {
  return { project: id, period: period ?? null, agreement: agreement ?? null, document }
}

/** Bytes as an answer, to be kept and not to be shown in the page. */
function file(reply: FastifyReply, bytes: Uint8Array, name?: string): Readable {
  const named = name === undefined ? '' : `; filename="${name.replace(/[^A-Za-z0-9.-]/g, '')}"`
  reply.header('content-length', bytes.length).header('content-disposition', `attachment${named}`)
  return Readable.from([Buffer.from(bytes)])
}
