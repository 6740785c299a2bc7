import * as z from 'zod'
import type { PermissionGrammar } from '../permissions/permission-form.ts'
import { grammarPattern } from '../permissions/permission.ts'
import { compileSchema, type SchemaTest } from './compile-schema.ts'
import {
  authorIdSchema,
  jsonObjectSchema,
  lineSchema,
  listSchema,
  mapSchema,
  rangeSchema,
  sha256Schema,
  slugSchema,
  textSchema,
  versionSchema,
  webUrlSchema,
} from './fields.ts'
import { once } from './once.ts'
import type {
  ManifestCommon,
  ManifestLocale,
  ManifestMetadata,
  ManifestOptimization,
  ManifestSignature,
  ManifestSource,
  PackageBinding,
} from './manifest.ts'

/** Schema of a signature. 86 characters of base64url hold 64 bytes; the last one holds two slack bits that must be zero. */
export const signatureSchema: () => z.ZodType<ManifestSignature> = once(() =>
  z.strictObject({
    alg: z.literal('Ed25519'),
    key_id: z.string().regex(/^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$/),
    sig: z.string().regex(/^[A-Za-z0-9_-]{85}[AQgw]$/),
  }),
)

const sourceSchema: () => z.ZodType<ManifestSource> = once(() =>
  z.strictObject({
    type: lineSchema(64),
    url: textSchema(2048).exactOptional(),
    repo: lineSchema(256).exactOptional(),
    commit: z
      .string()
      .regex(/^[0-9a-f]{7,64}$/)
      .exactOptional(),
    path: textSchema(1024).exactOptional(),
    marketplace: lineSchema(256).exactOptional(),
    original_author: lineSchema(256).exactOptional(),
    license: lineSchema(256).exactOptional(),
  }),
)
const optimizationSchema: () => z.ZodType<ManifestOptimization> = once(() =>
  z.strictObject({
    token_estimate: z.int().min(0).exactOptional(),
    recommended_models: listSchema(lineSchema(128), 64).exactOptional(),
    min_context_tokens: z.int().min(0).exactOptional(),
  }),
)
const metadataSchema: () => z.ZodType<ManifestMetadata> = once(() =>
  z.strictObject({
    category: lineSchema(128).exactOptional(),
    tags: listSchema(lineSchema(128), 128).exactOptional(),
    use_cases: listSchema(textSchema(1024), 64).exactOptional(),
    examples: listSchema(textSchema(1024), 64).exactOptional(),
    integration_points: listSchema(lineSchema(256), 64).exactOptional(),
    homepage: webUrlSchema().exactOptional(),
    repository: webUrlSchema().exactOptional(),
    documentation: webUrlSchema().exactOptional(),
    icon: lineSchema(512).exactOptional(),
  }),
)
const localeSchema: () => z.ZodType<ManifestLocale> = once(() =>
  z.strictObject({
    name: lineSchema(256).exactOptional(),
    description: textSchema(8192).exactOptional(),
    long_description: textSchema(65_536).exactOptional(),
    use_cases: listSchema(textSchema(1024), 64).exactOptional(),
    examples: listSchema(textSchema(1024), 64).exactOptional(),
  }),
)

/** `kind:slug`; the kind may be one a host defines. */
const dependencyPattern =
  /^[a-z][a-z0-9_]{0,31}:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?){0,2}$/
const reverseDomainPattern = /^[a-z0-9-]+(?:\.[a-z0-9_-]+)+$/i
const languageTagPattern = /^[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8}){0,4}$/

const commonShape = once(() => ({
  schema_version: z.literal('1.0'),
  slug: slugSchema(),
  agent_id: z.string().max(256).regex(reverseDomainPattern).exactOptional(),
  name: lineSchema(256),
  version: versionSchema(),
  author_id: authorIdSchema(),
  description: z.string().min(1).max(8192),
  long_description: textSchema(65_536).exactOptional(),
  license: lineSchema(256).exactOptional(),
  terms_url: webUrlSchema().exactOptional(),
  dependencies: mapSchema(dependencyPattern, rangeSchema()).exactOptional(),
  host: z.strictObject({ min_version: versionSchema().exactOptional() }).exactOptional(),
  optimization: optimizationSchema().exactOptional(),
  metadata: metadataSchema().exactOptional(),
  source: sourceSchema().exactOptional(),
  locales: mapSchema(languageTagPattern, localeSchema()).exactOptional(),
  extensions: mapSchema(reverseDomainPattern, jsonObjectSchema()).exactOptional(),
}))
const bindingShape = once(() => ({
  package_sha256: sha256Schema(),
  /** 2 GiB: far above any limit of a reader, and exact in every language. */
  package_size: z.int().min(1).max(2_147_483_648),
  tree_sha256: sha256Schema(),
}))

/** Schema of a permission list by a grammar: at most 256, each once. */
export function permissionsSchema(grammar: PermissionGrammar): z.ZodType<string[]> {
  if (grammar.length === 0) return z.array(z.string()).max(0)
  return z
    .array(z.string().max(512).regex(grammarPattern(grammar)))
    .max(256)
    .refine((list) => new Set(list).size === list.length, {
      error: 'expected every permission once',
    })
}

/** The schemas of one kind's manifest in its three stages. */
export interface StageSchemas<Draft> {
  readonly draft: z.ZodType<Draft>
  readonly unsigned: z.ZodType<Draft & PackageBinding>
  readonly signed: z.ZodType<Draft & PackageBinding & { manifest_signature: ManifestSignature }>
  /** The same as quick tests, where the schema's parts allow it. */
  readonly tests: Readonly<Record<'draft' | 'unsigned' | 'signed', SchemaTest | undefined>>
}

/** Puts the schemas of a kind together from its content and its permission grammar. */
export function createStageSchemas<Name extends string, Content>(
  kind: Name,
  content: z.ZodType<Content>,
  grammar: PermissionGrammar,
): StageSchemas<ManifestCommon & { kind: Name; content: Content }> {
  const draftShape = {
    ...commonShape(),
    kind: z.literal(kind),
    permissions: permissionsSchema(grammar),
    content,
  }
  const unsignedShape = { ...draftShape, ...bindingShape() }
  const signedShape = { ...unsignedShape, manifest_signature: signatureSchema() }
  type Draft = ManifestCommon & { kind: Name; content: Content }
  // The shapes say exactly what the types say; the library's inferred types are its own mapped ones.
  const draft = z.strictObject(draftShape) as unknown as StageSchemas<Draft>['draft']
  const unsigned = z.strictObject(unsignedShape) as unknown as StageSchemas<Draft>['unsigned']
  const signed = z.strictObject(signedShape) as unknown as StageSchemas<Draft>['signed']
  const tests = {
    draft: compileSchema(draft),
    unsigned: compileSchema(unsigned),
    signed: compileSchema(signed),
  }
  return { draft, unsigned, signed, tests }
}
