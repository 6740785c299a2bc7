import { scryptAsync } from '@noble/hashes/scrypt.js'
import * as z from 'zod'
import { ManifestError } from '../errors.ts'
import { canonicalize } from '../json/canonicalize.ts'
import { parseJson } from '../json/parse-json.ts'
import { fromBase64Url, toBase64Url } from './base64.ts'
import { type KeyPair, keyPairFromSecret } from './key-pair.ts'
import { once } from '../manifest/once.ts'

/** Cost of turning a passphrase into a key: scrypt (RFC 7914). */
export interface KeyFileCost {
  /** Power of two. Default 2^17 with r 8: 128 MiB, about a second. */
  readonly n?: number
  readonly r?: number
  readonly p?: number
}

/**
 * Writes a key pair as a file that a passphrase opens: scrypt makes the key, AES-256-GCM hides the secret half and binds
 * the rest. JSON, the public half readable.
 * @throws {ManifestError} `invalid_key_file` for a passphrase under eight characters
 */
export async function encryptKeyFile(
  keyPair: KeyPair,
  passphrase: string,
  cost: KeyFileCost = {},
): Promise<string> {
  if (passphrase.length < 8) {
    throw new ManifestError(
      'invalid_key_file',
      'expected a passphrase of at least 8 characters, got a shorter one: choose another',
    )
  }
  const head = {
    format: 'mothership-key' as const,
    version: 1 as const,
    key_id: keyPair.key_id,
    public_key: toBase64Url(keyPair.public_key),
    kdf: {
      name: 'scrypt' as const,
      n: cost.n ?? 2 ** 17,
      r: cost.r ?? 8,
      p: cost.p ?? 1,
      salt: toBase64Url(crypto.getRandomValues(new Uint8Array(16))),
    },
    cipher: {
      name: 'AES-256-GCM' as const,
      iv: toBase64Url(crypto.getRandomValues(new Uint8Array(12))),
    },
  }
  const key = await deriveKey(passphrase, head.kdf)
  const sealed = await crypto.subtle.encrypt(gcm(head), key, owned(keyPair.secret_key))
  return `${JSON.stringify({ ...head, sealed: toBase64Url(new Uint8Array(sealed)) }, null, 2)}\n`
}

/**
 * Opens a key file.
 * @throws {ManifestError} `invalid_key_file` for another text, `wrong_passphrase` when it does not open
 */
export async function decryptKeyFile(text: string, passphrase: string): Promise<KeyPair> {
  const { sealed, ...head } = readKeyFile(text)
  const key = await deriveKey(passphrase, head.kdf)
  let secretKey: Uint8Array
  try {
    const bytes = fromBase64Url(sealed) ?? new Uint8Array()
    secretKey = new Uint8Array(await crypto.subtle.decrypt(gcm(head), key, owned(bytes)))
  } catch (cause) {
    throw new ManifestError(
      'wrong_passphrase',
      'expected the passphrase of this key file, got another (or the file was changed): try again',
      { cause },
    )
  }
  const pair = keyPairFromSecret(secretKey)
  if (pair.key_id !== head.key_id) {
    throw new ManifestError(
      'invalid_key_file',
      `expected key ${head.key_id} in the file, got another: restore it from its backup`,
    )
  }
  return pair
}

/** Answers whether a text is a key file, encrypted or not openable yet. */
export function isKeyFile(text: string): boolean {
  return text.includes('"mothership-key"') && text.trimStart().startsWith('{')
}

const keyFileSchema = once(() =>
  z.strictObject({
    format: z.literal('mothership-key'),
    version: z.literal(1),
    key_id: z.string().length(43),
    public_key: z.string().length(43),
    kdf: z.strictObject({
      name: z.literal('scrypt'),
      // Bounds, so that a file cannot ask for more memory than 512 MiB.
      n: z
        .int()
        .min(2 ** 10)
        .max(2 ** 19)
        .refine((n) => Math.log2(n) % 1 === 0),
      r: z.int().min(1).max(8),
      p: z.int().min(1).max(4),
      salt: z.string().min(22).max(86),
    }),
    cipher: z.strictObject({ name: z.literal('AES-256-GCM'), iv: z.string().length(16) }),
    sealed: z.string().length(64),
  }),
)

type KeyFile = z.infer<ReturnType<typeof keyFileSchema>>

function readKeyFile(text: string): KeyFile {
  const result = keyFileSchema().safeParse(parseJson(text, { maxBytes: 8192 }))
  if (result.success) return result.data
  throw new ManifestError(
    'invalid_key_file',
    'expected a key file of version 1, got another document: choose the right file',
  )
}

async function deriveKey(passphrase: string, kdf: KeyFile['kdf']): Promise<CryptoKey> {
  const password = new TextEncoder().encode(passphrase.normalize('NFC'))
  const salt = fromBase64Url(kdf.salt) ?? new Uint8Array()
  const { n, r, p } = kdf
  const bytes = await scryptAsync(password, salt, { N: n, r, p, dkLen: 32, maxmem: 1024 ** 3 })
  return crypto.subtle.importKey('raw', owned(bytes), 'AES-GCM', false, ['encrypt', 'decrypt'])
}

function gcm(head: Omit<KeyFile, 'sealed'>): AesGcmParams {
  return {
    name: 'AES-GCM',
    iv: owned(fromBase64Url(head.cipher.iv) ?? new Uint8Array()),
    additionalData: owned(canonicalize(head)),
  }
}

type AesGcmParams = Parameters<typeof crypto.subtle.encrypt>[0]
type CryptoKey = Awaited<ReturnType<typeof crypto.subtle.importKey>>

/** WebCrypto takes views of ordinary buffers only. */
function owned(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(bytes)
}
