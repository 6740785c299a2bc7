import { isJsonObject, type JsonObject } from '../json/json-value.ts'
import { type Kind, kindOfPlural } from '../kinds/kind.ts'
import { parseManifestDraft, readManifestValue } from '../manifest/parse-manifest.ts'
import type { ManifestDraft } from '../manifest/manifest.ts'
import { ManifestError } from '../errors.ts'
import { isPermission } from '../permissions/permission.ts'
import type { Conversion } from './conversion.ts'
import { unknownFields, versionFrom } from './draft-fields.ts'
import type { FormatOptions, FormatProblem } from './file-map.ts'
import { asLine, textField, textList } from './foreign-json.ts'
import { makeSlug, slugSegment } from './slug.ts'

const knownFields = [
  'kind',
  'name',
  'version',
  'author_id',
  'package_sha256',
  'permissions',
  'manifest_signature',
  'description',
  'license',
]

/**
 * Reads the short manifest of the five-category marketplace, YAML or JSON: kind in the plural, no slug, the signature a bare
 * text over another form. Its content is not described there and must be completed; its signature cannot be carried.
 * @throws {ManifestError} for a document that is unreadable or names no category
 */
export function readCategoryManifest(
  input: Uint8Array | string,
  options: FormatOptions & { readonly content?: JsonObject },
): Conversion {
  const value = readManifestValue(input)
  const written = isJsonObject(value) ? textField(value['kind']) : undefined
  const kind = written === undefined ? undefined : kindOfPlural(written)
  if (!isJsonObject(value) || kind === undefined) {
    throw new ManifestError(
      'unsupported_conversion',
      'expected a manifest whose kind is apps, skills, widgets, themes or plugins, got another: see the format',
    )
  }
  const problems: FormatProblem[] = []
  const losses: string[] = []
  const name = textField(value['name']) ?? 'item'
  const asked = textList(value['permissions'] ?? [])
  const permissions = asked.flatMap((permission) => permissionIn(kind, permission, losses))
  if (value['manifest_signature'] !== undefined)
    losses.push('the signature covers another form and is not carried: sign again')
  if (value['package_sha256'] !== undefined)
    losses.push('package_sha256 belongs to the packed manifest: pack again')
  if (options.content === undefined) losses.push('content is not described there: complete it')
  losses.push(...unknownFields(value, knownFields, 'manifest'))
  const authorId = textField(value['author_id'])
  if (authorId !== undefined && authorId !== options.author_id)
    losses.push(`author_id ${asLine(authorId, 80)} is written ${options.author_id}`)
  const draft = parseManifestDraft({
    schema_version: '1.0',
    kind,
    slug: makeSlug(options.namespace, name),
    name: asLine(name, 256),
    version: versionFrom(value['version'], '0.0.0', losses),
    author_id: options.author_id,
    description: textField(value['description'])?.slice(0, 8192) ?? name,
    permissions: [...new Set(permissions)],
    content: options.content ?? placeholders[kind](),
  })
  return { name: draft.name, draft, losses, problems }
}

/** The least content each kind's schema accepts. */
export const placeholders: Readonly<Record<Kind, () => JsonObject>> = {
  app: () => ({ compose: 'compose.yaml' }),
  skill: () => ({ instructions: 'SKILL.md' }),
  widget: () => ({ entry: 'index.js' }),
  theme: () => ({ variables: {} }),
  plugin: () => ({}),
  agent: () => ({}),
  domain: () => ({ configuration: {} }),
  component: () => ({ entry: 'index.js' }),
  persona: () => ({ system_prompt: '' }),
}

/** MCP tools are written there as bare names. */
function permissionIn(kind: ManifestDraft['kind'], permission: string, losses: string[]): string[] {
  if (isPermission(kind, permission)) return [permission]
  const asTool = `mcp:${permission
    .split('/')
    .map((part) => slugSegment(part))
    .join('/')}`
  if (kind === 'plugin' && isPermission('plugin', asTool)) {
    losses.push(`permission ${asLine(permission, 80)} is written ${asTool}`)
    return [asTool]
  }
  losses.push(`permission ${asLine(permission, 80)} has no place in the grammar of ${kind}`)
  return []
}
