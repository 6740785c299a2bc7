import { isJsonObject, type JsonObject, type JsonValue } from '../json/json-value.ts'
import type { SkillFile } from '../kinds/skill.ts'
import type { ManifestDraft, ManifestOptimization } from '../manifest/manifest.ts'
import { derivePermissions } from '../permissions/derive-permissions.ts'
import { insidePath } from './claude-parts.ts'
import { readClaudePlugin } from './claude-plugin.ts'
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

const knownFields = [
  'schema_version',
  'type',
  'identity',
  'source',
  'content',
  'optimization',
  'metadata',
]

/** Reads the `manifest.json` of a synchronised marketplace's storage: a skill, plugin or persona with its files. */
export function readSyncManifest(files: FileMap, options: FormatOptions): Conversion {
  const problems: FormatProblem[] = []
  const losses: string[] = []
  const value = readForeignObject(files, 'manifest.json', problems) ?? {}
  const section = (key: string): JsonObject => (isJsonObject(value[key]) ? value[key] : {})
  const identity = section('identity')
  const type = textField(value['type']) ?? 'skill'
  const slug = textField(identity['slug']) ?? textField(identity['name']) ?? 'item'
  losses.push(...unknownFields(value, knownFields, 'manifest.json'))
  if (section('source')['synced_at'] !== undefined)
    losses.push('source.synced_at belongs to the release record')
  const common = {
    schema_version: '1.0' as const,
    slug: makeSlug(options.namespace, slug),
    name: asLine(textField(identity['name']) ?? slug, 256),
    version: versionFrom(identity['version'], '0.0.0', losses),
    author_id: options.author_id,
    description: descriptionFrom(textField(identity['description']) ?? slug, losses),
    ...defined({
      long_description: textField(identity['long_description'])?.slice(0, 65_536),
      license: licenseFrom(section('source')['license']),
      metadata: metadataOf(section('metadata')),
      optimization: optimizationOf(section('optimization')),
    }),
    source: sourceOf(section('source')),
  }
  const draft = contentOf(type, common, section('content'), files, options, problems)
  return { name: draft.name, draft, losses, problems }
}

/** Writes a manifest as that storage's `manifest.json`. */
export function writeSyncManifest(draft: ManifestDraft): WrittenFormat {
  const { source } = draft
  const written = {
    schema_version: '1.0',
    type: draft.kind,
    identity: defined({
      slug: draft.slug.split('.').at(-1),
      name: draft.name,
      version: draft.version,
      description: draft.description,
      long_description: draft.long_description,
    }),
    source: defined({
      type: source?.type ?? 'manual',
      url: source?.url,
      marketplace: source?.marketplace,
      original_author: source?.original_author,
      license: draft.license,
    }),
    content: writtenContent(draft),
    optimization: draft.optimization ?? {},
    metadata: draft.metadata ?? {},
  }
  const carried = [
    'name',
    'version',
    'description',
    'long_description',
    'license',
    'source',
    'optimization',
    'metadata',
  ]
  return {
    files: filesOf({ 'manifest.json': written }),
    losses: lossesOf(draft, carried, 'manifest.json'),
  }
}

type Common = Omit<ManifestDraft, 'kind' | 'content' | 'permissions'>

function contentOf(
  type: string,
  common: Common,
  content: JsonObject,
  files: FileMap,
  options: FormatOptions,
  problems: FormatProblem[],
): ManifestDraft {
  if (type === 'persona') {
    const prompt = textField(content['system_prompt']) ?? common.description
    return {
      ...common,
      kind: 'persona',
      permissions: [],
      content: { system_prompt: prompt.slice(0, 65_536) },
    }
  }
  if (type === 'plugin') {
    const reading = readClaudePlugin(files, options)
    problems.push(...reading.problems.filter(({ file }) => file !== '.claude-plugin/plugin.json'))
    return {
      ...common,
      kind: 'plugin',
      permissions: reading.draft.permissions,
      content: reading.draft.content,
    }
  }
  const instructions =
    insidePath(textField(content['instructions_file']) ?? 'instructions.md') ?? 'instructions.md'
  if (!files.has(instructions)) {
    problems.push({
      severity: 'warning',
      file: 'manifest.json',
      message: `expected the instructions at ${asLine(instructions, 80)}, got no such file: add it`,
    })
  }
  const lists = {
    scripts: filesIn(content['scripts']),
    references: filesIn(content['references']),
    assets: filesIn(content['assets']),
  }
  return {
    ...common,
    kind: 'skill',
    permissions: derivePermissions(files, 'skill'),
    content: {
      instructions: instructions === '' ? 'instructions.md' : instructions,
      ...Object.fromEntries(Object.entries(lists).filter(([, list]) => list.length > 0)),
    },
  }
}

function filesIn(value: JsonValue | undefined): SkillFile[] {
  if (!Array.isArray(value)) return []
  return value.flatMap((entry) => {
    const record = isJsonObject(entry) ? entry : { file: entry }
    const path = insidePath(textField(record['file'] ?? record['path']) ?? '')
    if (path === undefined || path === '') return []
    const name = textField(record['name'])
    const language = textField(record['language'])
    const description = textField(record['description'])?.slice(0, 4096)
    return [
      {
        path,
        ...(name === undefined ? {} : { name: asLine(name, 256) }),
        ...(language === undefined ? {} : { language: asLine(language, 64) }),
        ...(description === undefined ? {} : { description }),
      },
    ]
  })
}

function metadataOf(value: JsonObject): ManifestDraft['metadata'] {
  const base = metadataFrom(value)
  const cases = textList(value['use_cases'] ?? [])
    .map((text) => text.slice(0, 1024))
    .slice(0, 64)
  return base === undefined && cases.length === 0
    ? undefined
    : { ...base, ...(cases.length === 0 ? {} : { use_cases: cases }) }
}

function optimizationOf(value: JsonObject): ManifestOptimization | undefined {
  const count = (key: string): number | undefined => {
    const number = value[key]
    return typeof number === 'number' && Number.isSafeInteger(number) && number >= 0
      ? number
      : undefined
  }
  const models = textList(value['recommended_models'] ?? [])
    .map((model) => asLine(model, 128))
    .slice(0, 64)
  const optimization = defined({
    token_estimate: count('token_estimate'),
    min_context_tokens: count('min_context_tokens'),
    recommended_models: models.length === 0 ? undefined : models,
  }) as ManifestOptimization
  return Object.keys(optimization).length === 0 ? undefined : optimization
}

function sourceOf(value: JsonObject): NonNullable<ManifestDraft['source']> {
  const line = (key: string): string | undefined => {
    const text = textField(value[key])
    return text === undefined ? undefined : asLine(text, 256)
  }
  return {
    type: asLine(textField(value['type']) ?? 'sync', 64),
    ...(defined({
      url: textField(value['url'])?.slice(0, 2048),
      marketplace: line('marketplace'),
      original_author: authorFrom(value['original_author']),
      license: line('license'),
    }) as { url?: string }),
  }
}

function writtenContent(draft: ManifestDraft): JsonObject {
  if (draft.kind === 'skill') {
    const list = (files: readonly SkillFile[] | undefined): JsonObject[] =>
      (files ?? []).map(({ path, ...rest }) => ({ ...rest, file: path }))
    const { instructions, scripts, references, assets } = draft.content
    return {
      instructions_file: instructions,
      scripts: list(scripts),
      references: list(references),
      assets: list(assets),
    }
  }
  return draft.kind === 'persona' ? { system_prompt: draft.content.system_prompt } : {}
}
