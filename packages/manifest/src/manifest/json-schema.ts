import * as z from 'zod'
import type { JsonObject } from '../json/json-value.ts'
import { kindDefinitionOf, type KindDefinition } from '../kinds/kind-definition.ts'
import { isKind, type Kind } from '../kinds/kind.ts'

/**
 * The JSON Schema (draft 2020-12) of a kind's signed manifest, made from the schema that checks it. Rules that span fields
 * and version grammar beyond a pattern are checked by `parseManifest` only.
 */
export function manifestJsonSchema(kind: Kind | KindDefinition): JsonObject {
  const definition = typeof kind === 'string' && isKind(kind) ? kindDefinitionOf(kind) : kind
  if (typeof definition === 'string') {
    throw new TypeError(`expected a kind, got ${JSON.stringify(kind)}`)
  }
  const schema = z.toJSONSchema(definition.schemas.signed, { target: 'draft-2020-12' })
  return {
    $comment: 'Generated from the schema in @mothership/manifest; do not edit.',
    title: `Mothership manifest of a ${definition.kind}`,
    ...(JSON.parse(JSON.stringify(schema)) as JsonObject), // plain data without the library's hidden members
  }
}
