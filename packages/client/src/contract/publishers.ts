import type { KeyRecord } from '@mothership/manifest'
import * as z from 'zod'
import {
  authorIdField,
  keyIdField,
  keyRecordField,
  namespaceField,
  publicKeyField,
  signatureField,
  timeField,
} from './fields.ts'
import { defineOperation, type Operation } from './operation.ts'

/** Somebody who signs and submits, and what they own. */
export interface Publisher {
  author_id: string
  display_name: string
  namespaces: string[]
  created_at: string
}

/** Body that registers a publisher. */
export interface PublisherCreation {
  author_id: string
  display_name: string
  namespaces: string[]
}

/** A new publisher with its access key. */
export interface PublisherCreated {
  publisher: Publisher
  /** Sent as `X-API-Key`; shown this once, kept only as a hash. */
  access_key: string
}

/** Path parameters of a publisher. */
export interface PublisherParams {
  author_id: string
}

/** Body that registers a key. */
export interface KeyRegistration {
  /** Ed25519, 64 hexadecimal digits. */
  public_key: string
  /** Signature of that key over `keyProofMessage`, unpadded base64url. */
  proof: string
}

/** Path parameters of a key. */
export interface KeyParams extends PublisherParams {
  key_id: string
}

/** Body that revokes a key. */
export interface KeyRevocation {
  /** Hosts show it. */
  reason: string
  /** Since when somebody else may have had it: what it signed is withdrawn from then on. Default: it was only retired. */
  compromised_since?: string
}

/** Keys of a publisher, revoked ones included. */
export interface KeyList {
  keys: KeyRecord[]
}

const displayName = z.string().min(1).max(200) // a person's or a company's name
const namespaces = z.array(namespaceField).max(100) // claimed one by one

/** Schema of {@link Publisher}. */
export const publisherSchema: z.ZodType<Publisher> = z.object({
  author_id: authorIdField,
  display_name: displayName,
  namespaces,
  created_at: timeField,
})

/** Schema of {@link PublisherCreation}. */
export const publisherCreationSchema: z.ZodType<PublisherCreation> = z.strictObject({
  author_id: authorIdField,
  display_name: displayName,
  namespaces: namespaces.min(1),
})

/** Schema of {@link PublisherCreated}. */
export const publisherCreatedSchema: z.ZodType<PublisherCreated> = z.object({
  publisher: publisherSchema,
  access_key: z.string().min(20).max(256), // long enough not to be guessed, short enough for a header
})

/** Schema of {@link PublisherParams}. */
export const publisherParamsSchema: z.ZodType<PublisherParams> = z.strictObject({
  author_id: authorIdField,
})

/** Schema of {@link KeyRegistration}. */
export const keyRegistrationSchema: z.ZodType<KeyRegistration> = z.strictObject({
  public_key: publicKeyField,
  proof: signatureField,
})

/** Schema of {@link KeyParams}. */
export const keyParamsSchema: z.ZodType<KeyParams> = z.strictObject({
  author_id: authorIdField,
  key_id: keyIdField,
})

/** Schema of {@link KeyRevocation}. */
export const keyRevocationSchema: z.ZodType<KeyRevocation> = z.strictObject({
  reason: z.string().min(1).max(1024).regex(/\S/), // a paragraph, as in a revocation list
  compromised_since: z.exactOptional(timeField),
})

/** Schema of {@link KeyList}. */
export const keyListSchema: z.ZodType<KeyList> = z.object({
  keys: z.array(keyRecordField).max(100), // one author's keys over the years
})

/** Operations on publishers and their keys. */
export const publisherOperations: {
  readonly 'publishers.create': Operation<{
    body: PublisherCreation
    answers: { 201: PublisherCreated }
  }>
  readonly 'publishers.keys.add': Operation<{
    params: PublisherParams
    body: KeyRegistration
    answers: { 201: KeyRecord }
  }>
  readonly 'publishers.keys.list': Operation<{
    params: PublisherParams
    answers: { 200: KeyList }
  }>
  readonly 'publishers.keys.revoke': Operation<{
    params: KeyParams
    body: KeyRevocation
    answers: { 200: KeyRecord }
  }>
} = {
  'publishers.create': defineOperation({
    id: 'publishers.create',
    method: 'POST',
    path: '/api/v1/publishers',
    summary: 'Register a publisher with its namespaces',
    auth: ['admin', 'operator'],
    scope: 'manage',
    body: { type: 'json', schema: publisherCreationSchema },
    answers: {
      201: {
        type: 'json',
        description: 'The publisher, and its access key this once',
        schema: publisherCreatedSchema,
      },
    },
    errors: ['unauthenticated', 'forbidden', 'author_exists', 'namespace_taken'],
  }),
  'publishers.keys.add': defineOperation({
    id: 'publishers.keys.add',
    method: 'POST',
    path: '/api/v1/publishers/{author_id}/keys',
    summary: 'Register a key of one’s own, with proof of possession',
    auth: ['publisher'],
    scope: 'publish',
    own: ['publisher'],
    params: publisherParamsSchema,
    body: { type: 'json', schema: keyRegistrationSchema },
    answers: { 201: { type: 'json', description: 'The key', schema: keyRecordField } },
    errors: ['unauthenticated', 'forbidden', 'not_found', 'key_exists', 'invalid_proof'],
  }),
  'publishers.keys.list': defineOperation({
    id: 'publishers.keys.list',
    method: 'GET',
    path: '/api/v1/publishers/{author_id}/keys',
    summary: 'Keys of a publisher, revoked ones included',
    auth: ['public'],
    scope: 'read',
    params: publisherParamsSchema,
    answers: { 200: { type: 'json', description: 'The keys', schema: keyListSchema } },
    errors: ['not_found'],
  }),
  'publishers.keys.revoke': defineOperation({
    id: 'publishers.keys.revoke',
    method: 'POST',
    path: '/api/v1/publishers/{author_id}/keys/{key_id}/revoke',
    summary: 'Revoke a key for good; what it signed since it was compromised is withdrawn',
    auth: ['publisher', 'admin', 'operator'],
    scope: 'publish',
    own: ['publisher'],
    params: keyParamsSchema,
    body: { type: 'json', schema: keyRevocationSchema },
    answers: { 200: { type: 'json', description: 'The key', schema: keyRecordField } },
    errors: ['unauthenticated', 'forbidden', 'not_found'],
  }),
}
