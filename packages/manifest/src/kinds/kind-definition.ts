import type * as z from 'zod'
import { ManifestError } from '../errors.ts'
import type { ManifestCommon } from '../manifest/manifest.ts'
import { createStageSchemas, type StageSchemas } from '../manifest/schema.ts'
import { grammarByKind } from '../permissions/grammar-by-kind.ts'
import type { PermissionGrammar } from '../permissions/permission-form.ts'
import { agentContentSchema } from './agent.ts'
import { appContentSchema } from './app.ts'
import { componentContentSchema } from './component.ts'
import { domainContentSchema } from './domain.ts'
import { isKind, type Kind, kindOfPlural, pluralOfKind } from './kind.ts'
import { personaContentSchema } from './persona.ts'
import { pluginContentSchema } from './plugin.ts'
import { skillContentSchema } from './skill.ts'
import { themeContentSchema } from './theme.ts'
import { widgetContentSchema } from './widget.ts'

/** Everything that makes a kind: its names, its content, what it may ask for and what that means to the isolation layer. */
export interface KindDefinition<Name extends string = string, Content = unknown> {
  readonly kind: Name
  readonly plural: string
  readonly content: z.ZodType<Content>
  /** Grammar, sentences and capabilities of its permissions; empty for a kind that may ask for nothing. */
  readonly permissions: PermissionGrammar
  readonly schemas: StageSchemas<ManifestCommon & { kind: Name; content: Content }>
}

/**
 * Defines a kind this package does not know. Hand the definition to `parseManifest`, `signManifest` and `verifyManifest` in
 * their `kinds` option; nothing is registered globally.
 * @throws {ManifestError} `unknown_kind` when the names are taken or not usable in paths
 */
export function defineKind<const Name extends string, Content>(definition: {
  readonly kind: Name
  readonly plural: string
  readonly content: z.ZodType<Content>
  readonly permissions?: PermissionGrammar
}): KindDefinition<Name, Content> {
  const { kind, plural, content, permissions = [] } = definition
  const usable = /^[a-z][a-z0-9_]{0,31}$/.test(kind) && /^[a-z][a-z0-9-]{0,31}$/.test(plural)
  const taken = isKind(kind) || kindOfPlural(plural) !== undefined || reservedPlurals.has(plural)
  if (!usable || taken) {
    throw new ManifestError(
      'unknown_kind',
      `expected a new kind of lower-case letters and a plural free in paths, got ${kind} and ${plural}: choose other names`,
    )
  }
  return createDefinition(kind, plural, () => content, permissions)
}

/** The definition of one of the nine kinds. */
export function kindDefinitionOf(kind: Kind): KindDefinition {
  const known = definitions.get(kind)
  if (known !== undefined) return known
  const made = createDefinition<Kind, unknown>(
    kind,
    pluralOfKind(kind),
    contentSchemas[kind],
    grammarByKind[kind],
  )
  definitions.set(kind, made)
  return made
}

/** Finds the definition a document's `kind` names, among the nine and those handed in. */
export function findKindDefinition(
  kind: unknown,
  extraKinds: readonly KindDefinition[] = [],
): KindDefinition | undefined {
  if (isKind(kind)) return kindDefinitionOf(kind)
  return extraKinds.find((definition) => definition.kind === kind)
}

const contentSchemas: Readonly<Record<Kind, () => z.ZodType>> = {
  app: appContentSchema,
  skill: skillContentSchema,
  widget: widgetContentSchema,
  theme: themeContentSchema,
  plugin: pluginContentSchema,
  agent: agentContentSchema,
  domain: domainContentSchema,
  component: componentContentSchema,
  persona: personaContentSchema,
}

/** Words that stand where a category stands in paths, and are none. */
const reservedPlurals: ReadonlySet<string> = new Set([
  'health',
  'categories',
  'registry',
  'releases',
  'entitlements',
  'instances',
  'usage',
  'agent-types',
  'llm-providers',
  'stacks',
  'search',
  'capabilities',
])

const definitions = new Map<Kind, KindDefinition>()

/** Schemas are built when first asked for: a program that reads skills need not build those of apps. */
function createDefinition<Name extends string, Content>(
  kind: Name,
  plural: string,
  content: () => z.ZodType<Content>,
  permissions: PermissionGrammar,
): KindDefinition<Name, Content> {
  let schemas: KindDefinition<Name, Content>['schemas'] | undefined
  return {
    kind,
    plural,
    get content() {
      return content()
    },
    permissions,
    get schemas() {
      schemas ??= createStageSchemas(kind, content(), permissions)
      return schemas
    },
  }
}
