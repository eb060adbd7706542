export const LEAST_PASSWORD = 12
export const MOST_PASSWORD = 200
/** So much must be left of a password without what everybody would try first. */
const LEAST_LEFT = 8

/** What the commonest passwords are made of, and what these pages are about. */
const COMMON = [
  ...['password', 'passwort', 'motdepasse', 'contraseña', 'contrasena', 'passw0rd', 'pa55word', 'p@ssw0rd', 'p@ssword'],
  ...[
    'qwertyuiop',
    'qwertzuiop',
    'azertyuiop',
    'asdfghjkl',
    'zxcvbnm',
    'yxcvbnm',
    'qwerty',
    'qwertz',
    'azerty',
    'asdfgh',
  ],
  ...['1q2w3e4r5t', '1q2w3e4r', '1qaz2wsx3edc', '1qaz2wsx', 'qazwsxedc', 'qazwsx', 'q1w2e3r4', 'zaq12wsx', 'asdf'],
  ...['abcdefghijklmnopqrstuvwxyz', 'abcdefghijkl', 'abcdefghij', 'abcdefgh', 'abcdef', 'abcd1234', 'abc123', 'aaaaaa'],
  ...['01234567890', '1234567890', '0987654321', '9876543210', '123456789', '987654321', '12345678', '87654321'],
  ...['1234567', '123456', '654321', '12345', '54321', '1234', '123123', '112233', '121212', '123321', '147258369'],
  ...['111111', '000000', '222222', '555555', '666666', '777777', '888888', '999999', '11111', '00000', '696969'],
  ...['iloveyou', 'letmein', 'welcome', 'bienvenue', 'bienvenido', 'admin', 'administrator', 'administrateur'],
  ...[
    'administrador',
    'login',
    'changeme',
    'default',
    'secret',
    'temporary',
    'initial',
    'master',
    'superman',
    'batman',
  ],
  ...['football', 'baseball', 'basketball', 'princess', 'sunshine', 'dragon', 'monkey', 'shadow', 'michael', 'jordan'],
  ...['starwars', 'whatever', 'trustno1', 'pokemon', 'liverpool', 'chocolate', 'computer', 'internet', 'google'],
  ...['tallystick', 'registry', 'registre', 'registro', 'carbon', 'carbone', 'carbono', 'credits', 'government'],
].toSorted((a, b) => b.length - a.length)

export type PasswordFault = 'length' | 'control' | 'easy'

/** What is wrong, for people. */
export const PASSWORD_FAULTS: Readonly<Record<PasswordFault, string>> = {
  length: 'must have 12 to 200 characters',
  control: 'must not contain control characters',
  easy: 'is too easy to guess: too little is left of it without the commonest passwords, your name and your address',
}

/** What is wrong with a password that a person wants; undefined where nothing is. No rules on kinds of characters. */
export function passwordFault(password: string, person: { email: string; name: string }): PasswordFault | undefined {
  const { length } = [...password]
  if (length < LEAST_PASSWORD || length > MOST_PASSWORD) return 'length'
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  if (/[\u0000-\u001f\u007f]/.test(password)) return 'control'
  const left = [...ownParts(person), ...COMMON].reduce(
    (text, part) => text.replaceAll(part, ' '),
    password.normalize('NFKC').toLowerCase(),
  )
  const characters = [...left.replace(/\s/g, '')]
  if (characters.length >= LEAST_LEFT && new Set(characters).size >= LEAST_LEFT / 2) return undefined
  return 'easy'
}

/** The address, its parts, and the names of a person, longest first. Two letters are in many words. */
function ownParts({ email, name }: { email: string; name: string }): string[] {
  const texts = [email, name].map((text) => text.normalize('NFKC').toLowerCase())
  const parts = texts.flatMap((text) => [text, text.replace(/[^\p{L}\p{N}]+/gu, ''), ...text.split(/[^\p{L}\p{N}]+/u)])
  return [...new Set(parts)].filter((part) => part.length >= 3).toSorted((a, b) => b.length - a.length)
}
