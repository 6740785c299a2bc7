import type * as z from 'zod'
import type { payloadTypes } from '../crypto/dsse.ts'
import { payloadTypes as types } from '../crypto/dsse.ts'
import { sha256 } from '../crypto/sha256.ts'
import type { Signer } from '../crypto/signer.ts'
import { ManifestError } from '../errors.ts'
import { isJsonObject, type JsonValue } from '../json/json-value.ts'
import { assertJsonValue } from '../json/assert-json-value.ts'
import { parseJson } from '../json/parse-json.ts'
import { type KeyRecord, type Keyring, refusalAt } from '../keyring/keyring.ts'
import type { ManifestSignature } from '../manifest/manifest.ts'
import { issuesOf } from '../manifest/schema-issues.ts'
import { signValue } from '../signed/sign-value.ts'
import { verifySignedValue } from '../signed/verify-signed-value.ts'

/** A document with its signature. */
export type Signed<Document> = Document & { signature: ManifestSignature }

/** Why a document was not accepted. */
export type DocumentRefusal =
  | 'malformed'
  | 'unsigned'
  | 'unknown_key'
  | 'wrong_owner'
  | 'bad_signature'
  | 'key_revoked'
  | 'key_expired'
  | 'key_not_yet_valid'
  | 'stale'
  | 'rolled_back'

/** What verification found. Use the document of the verdict, never the one that went in. */
export type DocumentVerdict<Document> =
  | { valid: true; document: Signed<Document>; key: KeyRecord; sha256: string }
  | { valid: false; reason: DocumentRefusal; message: string }

/** How a document is verified. */
export interface VerifyDocumentOptions {
  /** The moment key and document are judged at. Default: now. */
  readonly at?: string | Date
  /** Lowest sequence accepted: the highest seen so far. A lower one is a document played back. */
  readonly minSequence?: number
}

/** One kind of signed document: its type, its schema, and how it is signed and verified. */
export interface DocumentDefinition<Document> {
  readonly payloadType: string
  readonly schema: z.ZodType<Signed<Document>>
  /**
   * Signs a document that fits the schema.
   * @throws {ManifestError} `schema_violation`, `invalid_signature`
   */
  sign(document: Document, signer: Signer): Promise<Signed<Document>>
  /** Verifies a document as received; a verdict for every input. */
  verify(
    received: Uint8Array | string | JsonValue,
    keyring: Keyring,
    options?: VerifyDocumentOptions,
  ): DocumentVerdict<Document>
}

/** Everything a document's kind differs in. */
interface DocumentTraits<Document> {
  readonly type: keyof typeof payloadTypes
  /** Built at first use. */
  readonly schema: () => z.ZodType<Signed<Document>>
  /** Whose key must sign: the `author_id` of the key's record. */
  readonly owner: (document: Document) => string
  /** Moment the key is judged at, where the document itself says it. */
  readonly judgedAt?: (document: Document) => string
  readonly expiresAt?: (document: Document) => string
  readonly sequence?: (document: Document) => number
}

/** Largest document: a snapshot of a hundred thousand items. */
const maxDocumentBytes = 128 * 1024 * 1024

/** Defines a kind of signed document. */
export function defineDocument<Document>(
  traits: DocumentTraits<Document>,
): DocumentDefinition<Document> {
  const payloadType = types[traits.type]
  return {
    payloadType,
    get schema() {
      return traits.schema()
    },
    async sign(document, signer) {
      const signature = await signValue(document, payloadType, signer)
      const signed = { ...document, signature }
      const result = traits.schema().safeParse(signed)
      if (result.success) return signed
      const issues = issuesOf(result.error, signed)
      const [first] = issues
      throw new ManifestError(
        'schema_violation',
        `${traits.type} has ${issues.length} problems: ${first?.path}: ${first?.message}`,
        { issues },
      )
    },
    verify(received, keyring, options = {}) {
      try {
        return verify(traits, payloadType, received, keyring, options)
      } catch (error) {
        if (error instanceof ManifestError) return refused('malformed', error.message)
        throw error
      }
    },
  }
}

function verify<Document>(
  traits: DocumentTraits<Document>,
  payloadType: string,
  received: Uint8Array | string | JsonValue,
  keyring: Keyring,
  options: VerifyDocumentOptions,
): DocumentVerdict<Document> {
  const value = readValue(received)
  if (!isJsonObject(value))
    return refused('malformed', 'expected an object, got another JSON value')
  const signed = verifySignedValue(value, 'signature', payloadType, keyring)
  if (!signed.valid) return signed
  const result = traits.schema().safeParse(value)
  if (!result.success) {
    const [first] = issuesOf(result.error, value)
    return refused('malformed', `${first?.path}: ${first?.message}`)
  }
  const document = result.data
  const { key, canonical } = signed
  const refusal = refusalOf(traits, document, key, options)
  return refusal ?? { valid: true, document, key, sha256: sha256(canonical) }
}

function refusalOf<Document>(
  traits: DocumentTraits<Document>,
  document: Document,
  key: KeyRecord,
  options: VerifyDocumentOptions,
): { valid: false; reason: DocumentRefusal; message: string } | undefined {
  const owner = traits.owner(document)
  if (key.author_id !== owner) {
    return refused('wrong_owner', `key ${key.key_id} belongs to ${key.author_id}, not to ${owner}`)
  }
  const at = new Date(options.at ?? Date.now())
  const judged = traits.judgedAt === undefined ? at : new Date(traits.judgedAt(document))
  const reason = refusalAt(key, judged)
  if (reason !== undefined) {
    return refused(reason, `key ${key.key_id} could not vouch at that time (${reason})`)
  }
  const expires = traits.expiresAt?.(document)
  if (expires !== undefined && !(at.getTime() < Date.parse(expires))) {
    return refused(
      'stale',
      `expected a document valid at ${at.toISOString()}, got one that ended at ${expires}: fetch it again`,
    )
  }
  const sequence = traits.sequence?.(document)
  if (sequence !== undefined && sequence < (options.minSequence ?? 0)) {
    return refused(
      'rolled_back',
      `expected sequence ${options.minSequence} or later, got ${sequence}: an old document was played back`,
    )
  }
  return undefined
}

function readValue(received: Uint8Array | string | JsonValue): JsonValue {
  if (received instanceof Uint8Array || typeof received === 'string') {
    return parseJson(received, { maxBytes: maxDocumentBytes })
  }
  assertJsonValue(received)
  return received
}

function refused(
  reason: DocumentRefusal,
  message: string,
): { valid: false; reason: DocumentRefusal; message: string } {
  return { valid: false, reason, message }
}
