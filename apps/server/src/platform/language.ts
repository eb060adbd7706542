import { LANGUAGES, type Language, negotiatedLanguage } from '@tallystick/contract'
import type { FastifyReply, FastifyRequest } from 'fastify'

declare module 'fastify' {
  interface FastifyInstance {
    /** The language of this registry: of answers to whoever asks for none that we speak. */
    language: Language
  }
}

/**
 * The language in which a request is answered. Everything that a person chooses for himself is decided here, from the
 * request and who is behind it (`request.actor`, unknown before a request is signed in). A program asks for a language
 * by its header and gets it, else that of its user; a browser sends the language of the machine along unasked, so there what the
 * person has chosen for himself goes before.
 */
export function languageOf(request: FastifyRequest): Language {
  const { 'accept-language': asked, authorization, api_key: apiKey } = request.headers
  const own = LANGUAGES.find((one) => one === request.actor?.language)
  const isBrowser = authorization === undefined && apiKey === undefined
  return own !== undefined && isBrowser ? own : negotiatedLanguage(asked, own ?? request.server.language)
}

/** The language of an answer that holds text; the answer says which it is, and caches are told what it hangs on. */
export function spokenTo(request: FastifyRequest, reply: FastifyReply): Language {
  const language = languageOf(request)
  reply.header('content-language', language).header('vary', withLanguage(reply.getHeader('vary')))
  return language
}

const ASKED_IN = 'Accept-Language'

/** What an answer varies by, and now by the language too. */
function withLanguage(vary: number | string | string[] | undefined): string {
  const named = [vary ?? []].flat().flatMap((names) => String(names).split(/\s*,\s*/))
  const isNamed = named.some((name) => name === '*' || name.toLowerCase() === ASKED_IN.toLowerCase())
  return (isNamed ? named : [...named, ASKED_IN]).join(', ')
}
