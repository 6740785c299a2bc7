import { isJsonObject, type JsonObject } from '../json/json-value.ts'
import type { DraftOf } from '../manifest/manifest.ts'
import { isPermission } from '../permissions/permission.ts'
import { type Conversion, defined, filesOf, lossesOf, type WrittenFormat } from './conversion.ts'
import {
  authorFrom,
  descriptionFrom,
  licenseFrom,
  metadataFrom,
  unknownFields,
  versionFrom,
} from './draft-fields.ts'
import type { FileMap, FormatOptions, FormatProblem } from './file-map.ts'
import { asLine, readForeignObject, textField, textList } from './foreign-json.ts'
import { makeSlug } from './slug.ts'

/** The file an agent of that host carries. */
export const openSentienceFile = 'opensentience.agent.json'

/** Where permissions this package has no grammar for are kept, so that writing gives them back. */
const extensionDomain = 'org.opensentience.agent'
const knownFields = [
  'agent_id',
  'id',
  'name',
  'version',
  'description',
  'summary',
  'permissions',
  'entrypoint',
  'integration_points',
  'tags',
  'repository_url',
  'docs_url',
  'license',
  'author',
  'min_core_version',
]

/** Reads `opensentience.agent.json`: identity, requested permissions and entry point of an agent. */
export function readOpenSentience(
  files: FileMap,
  options: FormatOptions,
): Conversion<DraftOf<'agent'>> {
  const problems: FormatProblem[] = []
  const losses: string[] = []
  const value = readForeignObject(files, openSentienceFile, problems) ?? {}
  const warn = (message: string): number =>
    problems.push({ severity: 'warning', file: openSentienceFile, message })
  const agentId = textField(value['agent_id']) ?? textField(value['id'])
  const isReverse =
    agentId !== undefined &&
    /^[a-z0-9-]+(?:\.[a-z0-9_-]+)+$/i.test(agentId) &&
    agentId.length <= 256
  if (!isReverse)
    warn('expected agent_id as a reverse domain such as org.example.agent, got another: correct it')
  const name = textField(value['name']) ?? agentId ?? 'agent'
  const asked = textList(value['permissions'] ?? [])
  const foreign = asked.filter(
    (permission) => !isPermission('agent', permission) || !/^(?:tool|model):/.test(permission),
  )
  if (foreign.length > 0)
    losses.push(
      `${foreign.length} permissions are kept under extensions: they have no place in an agent's grammar`,
    )
  const metadata = metadataFrom({
    ...value,
    repository: value['repository_url'] ?? null,
    documentation: value['docs_url'] ?? null,
  })
  const points = textList(value['integration_points'] ?? [])
    .map((point) => asLine(point, 256))
    .slice(0, 64)
  const license = licenseFrom(value['license'])
  const author = authorFrom(value['author'])
  const minVersion = textField(value['min_core_version'])
  losses.push(...unknownFields(value, knownFields, openSentienceFile))
  const draft: DraftOf<'agent'> = {
    schema_version: '1.0',
    kind: 'agent',
    slug: makeSlug(options.namespace, agentId?.split('.').at(-1) ?? name),
    ...(isReverse ? { agent_id: agentId } : {}),
    name: asLine(name, 256),
    version: versionFrom(value['version'], '0.0.0', losses),
    author_id: options.author_id,
    description: descriptionFrom(
      textField(value['description']) ?? textField(value['summary']) ?? name,
      losses,
    ),
    permissions: [...new Set(asked.filter((permission) => !foreign.includes(permission)))].slice(
      0,
      256,
    ),
    content: entrypointOf(value),
    ...defined({ license }),
    ...(metadata === undefined && points.length === 0
      ? {}
      : {
          metadata: { ...metadata, ...(points.length === 0 ? {} : { integration_points: points }) },
        }),
    ...(minVersion === undefined
      ? {}
      : { host: { min_version: versionFrom(minVersion, '0.0.0', losses) } }),
    ...(foreign.length === 0
      ? {}
      : { extensions: { [extensionDomain]: { permissions: foreign } } }),
    source: { type: 'opensentience', ...(author === undefined ? {} : { original_author: author }) },
  }
  return { name: draft.name, draft, losses, problems }
}

/** Writes an agent's manifest as `opensentience.agent.json`. */
export function writeOpenSentience(draft: DraftOf<'agent'>): WrittenFormat {
  const kept = draft.extensions?.[extensionDomain]?.['permissions']
  const written = defined({
    agent_id: draft.agent_id,
    name: draft.name,
    version: draft.version,
    description: draft.description,
    permissions: [...draft.permissions, ...textList(kept ?? [])],
    entrypoint: draft.content.entrypoint,
    integration_points: draft.metadata?.integration_points,
    tags: draft.metadata?.tags,
    repository_url: draft.metadata?.repository,
    docs_url: draft.metadata?.documentation,
    license: draft.license,
    author: draft.source?.original_author,
    min_core_version: draft.host?.min_version,
  })
  const carried = [
    'agent_id',
    'name',
    'version',
    'description',
    'permissions',
    'metadata',
    'license',
    'host',
    'extensions',
    'source',
  ]
  const losses = [
    ...lossesOf(draft, carried, openSentienceFile),
    ...(draft.agent_id === undefined
      ? ['the manifest has no agent_id, which the format asks for']
      : []),
    ...Object.keys(draft.content)
      .filter((key) => key !== 'entrypoint')
      .map((key) => `content.${key} has no place in ${openSentienceFile}`),
  ]
  return { files: filesOf({ [openSentienceFile]: written }), losses }
}

function entrypointOf(value: JsonObject): { entrypoint?: JsonObject } {
  const entrypoint = value['entrypoint']
  if (isJsonObject(entrypoint)) return { entrypoint }
  const command = textField(entrypoint)
  return command === undefined ? {} : { entrypoint: { command } }
}
