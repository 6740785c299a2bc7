import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto'

/** Turns passwords into what is kept, and compares. */
export interface PasswordHasher {
  hash(password: string): Promise<string>
  /** Also of hashes that were made with another work. */
  verify(input: { readonly hash: string; readonly password: string }): Promise<boolean>
}

/**
 * scrypt with 32 MiB and three rounds, as OWASP's cheat sheet has it. `work` is the binary logarithm of N; tests, which
 * have nothing to guard, take less.
 */
export function createPasswordHasher(work: number = 15): PasswordHasher {
  return {
    hash: async (password) => {
      const salt = randomBytes(16)
      const key = await derive(password, salt, work)
      return `scrypt$${work}$${salt.toString('base64url')}$${key.toString('base64url')}`
    },
    verify: async ({ hash, password }) => {
      const [, made = '', salt = '', key = ''] =
        /^scrypt\$(\d{1,2})\$([\w-]{22})\$([\w-]{86})$/.exec(hash) ?? []
      if (key === '') return false // No hash of ours lets nobody in.
      const known = Buffer.from(key, 'base64url')
      return timingSafeEqual(
        await derive(password, Buffer.from(salt, 'base64url'), Number(made)),
        known,
      )
    },
  }
}

function derive(password: string, salt: Uint8Array, work: number): Promise<Buffer> {
  const cost = { N: 2 ** work, r: 8, p: 3, maxmem: 256 * 1024 * 1024 }
  // One form for what keyboards write differently.
  return new Promise((resolve, reject) => {
    scrypt(password.normalize('NFKC'), salt, 64, cost, (error, key) =>
      error === null ? resolve(key) : reject(error),
    )
  })
}
