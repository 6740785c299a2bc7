import type { JsonObject } from '../json/json-value.ts'
import type { AgentContent } from '../kinds/agent.ts'
import type { AppContent } from '../kinds/app.ts'
import type { ComponentContent } from '../kinds/component.ts'
import type { DomainContent } from '../kinds/domain.ts'
import type { PersonaContent } from '../kinds/persona.ts'
import type { PluginContent } from '../kinds/plugin.ts'
import type { SkillContent } from '../kinds/skill.ts'
import type { ThemeContent } from '../kinds/theme.ts'
import type { WidgetContent } from '../kinds/widget.ts'

/** The signature of a manifest by its author. */
export interface ManifestSignature {
  alg: 'Ed25519'
  /** RFC 7638 thumbprint of the key. */
  key_id: string
  /** Unpadded base64url, 86 characters. */
  sig: string
}

/** Where an item came from, when it was not made for a mothership. */
export interface ManifestSource {
  type: string
  url?: string
  repo?: string
  commit?: string
  path?: string
  marketplace?: string
  original_author?: string
  license?: string
}

/** What helps a runtime to budget. */
export interface ManifestOptimization {
  token_estimate?: number
  recommended_models?: string[]
  min_context_tokens?: number
}

/** What helps people and scorers to find an item. */
export interface ManifestMetadata {
  category?: string
  tags?: string[]
  use_cases?: string[]
  /** Prompts that should choose this item. */
  examples?: string[]
  integration_points?: string[]
  homepage?: string
  repository?: string
  documentation?: string
  icon?: string
}

/** The texts for people in another language. */
export interface ManifestLocale {
  name?: string
  description?: string
  long_description?: string
  use_cases?: string[]
  examples?: string[]
}

/** What the manifests of all kinds have in common, before they are packed and signed. */
export interface ManifestCommon {
  schema_version: '1.0'
  /** `namespace[.plugin].name`, unique per kind. */
  slug: string
  /** Reverse-DNS identity of its own, for hosts that know items by it. */
  agent_id?: string
  name: string
  version: string
  author_id: string
  description: string
  long_description?: string
  license?: string
  terms_url?: string
  permissions: string[]
  /** `kind:slug` → version range. */
  dependencies?: Record<string, string>
  host?: { min_version?: string }
  optimization?: ManifestOptimization
  metadata?: ManifestMetadata
  source?: ManifestSource
  /** BCP 47 tag → texts. */
  locales?: Record<string, ManifestLocale>
  /** Reverse domain → anything: the one open place. */
  extensions?: Record<string, JsonObject>
}

/** Binds a manifest to one package. */
export interface PackageBinding {
  package_sha256: string
  package_size: number
  tree_sha256: string
}

/** Each kind's content. */
export interface ContentByKind {
  app: AppContent
  skill: SkillContent
  widget: WidgetContent
  theme: ThemeContent
  plugin: PluginContent
  agent: AgentContent
  domain: DomainContent
  component: ComponentContent
  persona: PersonaContent
}

/** A manifest of one kind that is not bound to a package yet. */
export type DraftOf<Kind extends keyof ContentByKind> = ManifestCommon & {
  kind: Kind
  content: ContentByKind[Kind]
}

/** A manifest without package digests and signature: what converters answer and authors write. */
export type ManifestDraft = { [Kind in keyof ContentByKind]: DraftOf<Kind> }[keyof ContentByKind]

/** A manifest that is bound to its package, and not signed yet. */
export type UnsignedManifest = {
  [Kind in keyof ContentByKind]: DraftOf<Kind> & PackageBinding
}[keyof ContentByKind]

/** The signed description of one version of an item. */
export type Manifest = {
  [Kind in keyof ContentByKind]: ManifestOf<Kind>
}[keyof ContentByKind]

/** The signed manifest of one kind. */
export type ManifestOf<Kind extends keyof ContentByKind> = DraftOf<Kind> &
  PackageBinding & { manifest_signature: ManifestSignature }
