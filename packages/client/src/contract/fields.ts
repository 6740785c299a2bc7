import {
  type JsonValue,
  type Kind,
  type KeyRecord,
  kinds,
  type TreeFile,
} from '@mothership/manifest'
import * as z from 'zod'

// Fields that several groups share. Every bound says where it comes from.

/** Kind of an item, singular. */
export const kindField: z.ZodType<Kind> = z.enum(kinds)

/** Category in a path: a kind in the plural. 64 characters: a label, not a text. */
export const categoryField: z.ZodType<string> = z
  .string()
  .max(64)
  .regex(/^[a-z][a-z0-9-]*$/)

/** Slug `[namespace[.plugin].]name`, at most 128 characters, as in a manifest. */
export const slugField: z.ZodType<string> = z
  .string()
  .regex(/^(?=.{1,128}$)[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?){0,2}$/)

/** Semantic version, at most 128 characters, as in a manifest. */
export const versionField: z.ZodType<string> = z
  .string()
  .max(128)
  .regex(/^\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?$/)

/** Author id, at most 128 characters, as in a manifest; safe in a path. */
export const authorIdField: z.ZodType<string> = z
  .string()
  .regex(/^[a-z0-9](?:[a-z0-9._-]{0,126}[a-z0-9])?$/)

/** Namespace: the first segment of a slug. 64 characters leave the rest of a slug its room. */
export const namespaceField: z.ZodType<string> = z
  .string()
  .regex(/^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$/)

/** Identifier given by a mothership or a satellite (a UUID, a ULID, a counter). */
export const idField: z.ZodType<string> = z
  .string()
  .max(64)
  .regex(/^[A-Za-z0-9][A-Za-z0-9._:-]*$/)

/** SHA-256 as 64 lower-case hexadecimal digits. */
export const sha256Field: z.ZodType<string> = z.string().regex(/^[0-9a-f]{64}$/)

/** Ed25519 public key as 64 lower-case hexadecimal digits. */
export const publicKeyField: z.ZodType<string> = z.string().regex(/^[0-9a-f]{64}$/)

/** Ed25519 signature, unpadded base64url: always 86 characters. */
export const signatureField: z.ZodType<string> = z.string().regex(/^[A-Za-z0-9_-]{86}$/)

/** RFC 7638 thumbprint, unpadded base64url: always 43 characters. */
export const keyIdField: z.ZodType<string> = z.string().regex(/^[A-Za-z0-9_-]{43}$/)

/** Address of a page or a file: absolute, or a path on the mothership. 2,048 characters pass every browser and proxy. */
export const linkField: z.ZodType<string> = z
  .string()
  .max(2048)
  .regex(/^(?:https?:\/\/|\/(?!\/))\S+$/)

/** UTC time in ISO 8601. */
export const timeField: z.ZodType<string> = z.iso.datetime()

/** A whole number of things. */
export const countField: z.ZodType<number> = z.int().min(0)

/** A JSON value, kept exactly as it arrived: nothing is stripped, filled in or copied. */
export const jsonField: z.ZodType<JsonValue> = z.unknown().refine(isJsonValue)

/** One file of an unpacked package. */
export const treeFileField: z.ZodType<TreeFile> = z.object({
  path: z.string().min(1).max(1024), // the archive reader refuses longer paths
  sha256: sha256Field,
  size: countField,
  executable: z.boolean(),
})

/** A publisher's key, as published and as a keyring takes it. */
export const keyRecordField: z.ZodType<KeyRecord> = z.object({
  key_id: keyIdField,
  public_key: publicKeyField,
  author_id: authorIdField,
  // One publisher's; the empty text stands for bare slugs, which are the operator's own. An importer owns one for every
  // source it ever imported: 10,000 of 64 characters stay below a megabyte.
  namespaces: z.array(z.union([z.literal(''), namespaceField])).max(10_000),
  valid_from: timeField,
  valid_until: z.exactOptional(timeField),
  revoked_at: z.exactOptional(timeField),
  compromised_since: z.exactOptional(timeField),
})

/** Page of a list; 10,000 pages of 100 reach a million items, deeper ones would only cost the database. */
export const pageField: z.ZodType<number> = wholeNumberInText(1, 10_000)
  .default(1)
  .meta({ default: 1 })

/** Entries on a page: 100 keep an answer below about 200 kB. */
export const limitField: z.ZodType<number> = wholeNumberInText(1, 100)
  .default(20)
  .meta({ default: 20 })

/** Query of a paged list. */
export interface PageQuery {
  page: number
  limit: number
}

/** Schema of {@link PageQuery}. */
export const pageQuerySchema: z.ZodType<PageQuery> = z.strictObject({
  page: pageField,
  limit: limitField,
})

/** Where in a list a page stands; with a list of entries, the answer of every paged operation. */
export interface PageAnswer {
  /** Entries on all pages. */
  total: number
  page: number
  page_size: number
}

/** Fields of {@link PageAnswer}. */
export const pageAnswerFields: { readonly [Key in keyof PageAnswer]: z.ZodType<number> } = {
  total: countField,
  page: z.int().min(1),
  page_size: z.int().min(1).max(100),
}

/** A query holds text: digits become a number, anything else is left for the check to refuse. */
function wholeNumberInText(min: number, max: number) {
  return z.preprocess(
    (value) => (typeof value === 'string' && /^\d{1,9}$/.test(value) ? Number(value) : value),
    z.int().min(min).max(max),
  )
}

/** Walks with a list of its own, so that depth cannot exhaust the stack. */
function isJsonValue(value: unknown): value is JsonValue {
  const open: unknown[] = [value]
  while (open.length > 0) {
    const next = open.pop()
    if (next === null || typeof next === 'string' || typeof next === 'boolean') continue
    if (typeof next === 'number' && Number.isFinite(next)) continue
    if (typeof next !== 'object') return false
    open.push(...Object.values(next))
  }
  return true
}
