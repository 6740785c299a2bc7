import type * as z from 'zod'
import { ManifestError, type ManifestIssue } from '../errors.ts'
import { assertJsonValue } from '../json/assert-json-value.ts'
import { isJsonObject, type JsonObject, type JsonValue } from '../json/json-value.ts'
import { decodeUtf8, parseJson } from '../json/parse-json.ts'
import { parseYaml } from '../json/parse-yaml.ts'
import { findKindDefinition, type KindDefinition } from '../kinds/kind-definition.ts'
import { kinds } from '../kinds/kind.ts'
import type { Manifest, ManifestDraft, UnsignedManifest } from './manifest.ts'
import { crossFieldIssues } from './cross-field-rules.ts'
import { issuesOf } from './schema-issues.ts'

/** How a manifest is read. */
export interface ParseManifestOptions {
  /** Absent: JSON when the text starts with `{`, YAML otherwise. */
  readonly format?: 'json' | 'yaml'
  /** Kinds a host defined beside the nine. */
  readonly kinds?: readonly KindDefinition[]
}

/** Largest manifest: 256 KiB. The largest real description of a plugin of 400 parts takes a third of it. */
export const maxManifestBytes = 262_144

/**
 * Reads and checks a signed manifest: bytes, text or a parsed value. The answer is what was received, unchanged. That it is
 * well formed says nothing about its signature: see `verifyManifest`.
 * @throws {ManifestError} with every problem in `issues`
 */
export function parseManifest(input: unknown, options: ParseManifestOptions = {}): Manifest {
  return parseStage(input, 'signed', options) as unknown as Manifest
}

/** Reads and checks a manifest that is bound to a package and not signed yet; see {@link parseManifest}. */
export function parseUnsignedManifest(
  input: unknown,
  options: ParseManifestOptions = {},
): UnsignedManifest {
  return parseStage(input, 'unsigned', options) as unknown as UnsignedManifest
}

/** Reads and checks a manifest without package digests, as authors write them; see {@link parseManifest}. */
export function parseManifestDraft(
  input: unknown,
  options: ParseManifestOptions = {},
): ManifestDraft {
  return parseStage(input, 'draft', options) as unknown as ManifestDraft
}

/** Reads bytes or text into a JSON value, or takes a value as it is once it proves to be one. */
export function readManifestValue(input: unknown, format?: 'json' | 'yaml'): JsonValue {
  if (!(input instanceof Uint8Array) && typeof input !== 'string') {
    assertJsonValue(input)
    return input
  }
  if (input.length > maxManifestBytes) {
    throw new ManifestError(
      'too_large',
      `expected a manifest of at most ${maxManifestBytes} bytes, got ${input.length}: shorten its texts`,
    )
  }
  const text = typeof input === 'string' ? input : decodeUtf8(input)
  const isJson = format === undefined ? /^\s*\{/.test(text) : format === 'json'
  return isJson ? parseJson(text) : parseYaml(text)
}

/**
 * Checks a value against the schema of one stage and the rules that span fields.
 * @throws {ManifestError} `schema_violation`, `unknown_kind`
 */
export function assertManifest(
  value: JsonValue,
  stage: 'draft' | 'unsigned' | 'signed',
  extraKinds: readonly KindDefinition[] | undefined,
): asserts value is JsonObject {
  const definition = definitionOf(value, extraKinds)
  const { tests } = definition.schemas
  const fits = tests[stage]?.(value) ?? definition.schemas[stage].safeParse(value).success
  const issues = fits
    ? crossFieldIssues(value as JsonObject, definition) // an object, as the schema found
    : schemaIssues(definition.schemas[stage], value)
  if (issues.length > 0) throw violation(issues)
}

/** What the full schema finds; a quick test that was wrong would end here without a finding. */
function schemaIssues(schema: z.ZodType, value: JsonValue): ManifestIssue[] {
  const result = schema.safeParse(value)
  if (!result.success) return issuesOf(result.error, value)
  const message = 'expected a value that fits the schema, got one its quick test refused'
  return [{ path: '', expected: 'a fitting value', received: 'another', message }]
}

function parseStage(
  input: unknown,
  stage: 'draft' | 'unsigned' | 'signed',
  options: ParseManifestOptions,
): JsonObject {
  const value = readManifestValue(input, options.format)
  assertManifest(value, stage, options.kinds)
  return value
}

function definitionOf(
  value: JsonValue,
  extraKinds: readonly KindDefinition[] | undefined,
): KindDefinition {
  if (!isJsonObject(value)) {
    throw violation([
      {
        path: '',
        expected: 'an object',
        received: nameOf(value),
        message: `expected an object, got ${nameOf(value)}`,
      },
    ])
  }
  const definition = findKindDefinition(value['kind'], extraKinds)
  if (definition !== undefined) return definition
  const expected = [...kinds, ...(extraKinds ?? []).map(({ kind }) => kind)].join(', ')
  const received = JSON.stringify(value['kind'])?.slice(0, 80) ?? 'nothing'
  const message = `expected one of ${expected}, got ${received}`
  throw new ManifestError('unknown_kind', `kind: ${message}: name the kind of the item`, {
    issues: [{ path: 'kind', expected: `one of ${expected}`, received, message }],
  })
}

function violation(issues: readonly ManifestIssue[]): ManifestError {
  const listed = issues.slice(0, 5).map((issue) => `${issue.path || 'manifest'}: ${issue.message}`)
  const more = issues.length > 5 ? `; and ${issues.length - 5} more` : ''
  return new ManifestError(
    'schema_violation',
    `the manifest has ${issues.length} problem${issues.length === 1 ? '' : 's'}: ${listed.join('; ')}${more}`,
    { issues },
  )
}

function nameOf(value: JsonValue): string {
  if (value === null) return 'null'
  return Array.isArray(value) ? 'a list' : `a ${typeof value}`
}
