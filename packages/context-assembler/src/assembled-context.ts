import type { OpenAiTool } from './tools/tool-formats.ts'

/** A piece of the prompt. `stable` pieces keep their bytes from task to task and come first. */
export interface ContextBlock {
  readonly placement: 'system' | 'turn'
  readonly cache: 'stable' | 'task'
  readonly text: string
}

/** One file, or part of one, that stands in the prompt. */
export interface IncludedFile {
  readonly path: string
  readonly sha256: string
  readonly tokens: number
  /** True when the end of the file was left out. */
  readonly cut: boolean
}

/** An item that stands in the prompt. */
export interface IncludedItem {
  readonly kind: string
  readonly slug: string
  readonly version: string | undefined
  readonly tier: 1 | 2
  readonly tokens: number
  /** Tier 2 only: the score against the task. */
  readonly score: number | undefined
  /** Tier 2 only. */
  readonly files: readonly IncludedFile[]
  /** True when something of the item was cut to fit. */
  readonly cut: boolean
}

/** Why something does not stand in the prompt. */
export type OmissionReason =
  | 'replaced_by_plugins'
  | 'not_selected'
  | 'nothing_fits'
  | 'content_missing'
  | 'over_budget'
  | 'refused'

/** Something that was left out. Without `path` the whole tier of the item is meant. */
export interface OmittedItem {
  readonly kind: string
  readonly slug: string
  readonly tier: 1 | 2
  readonly reason: OmissionReason
  readonly path?: string | undefined
  /** Tokens that would have been needed, where known. */
  readonly tokens?: number | undefined
  readonly score?: number | undefined
}

/** What a host should look at. */
export type WarningCode =
  | 'content_missing'
  | 'content_refused'
  | 'cut'
  | 'nothing_fits'
  | 'hidden_characters'
  | 'role_markers'
  | 'fence_escaped'
  | 'risky_text'
  | 'lookalike_name'
  | 'name_conflict'
  | 'undeclared_variable'
  | 'listing_limit'

/** A warning about one item or about the whole. `count` says how often. */
export interface ContextWarning {
  readonly code: WarningCode
  readonly message: string
  readonly slug?: string | undefined
  readonly path?: string | undefined
  readonly count?: number | undefined
}

/** Tokens by section. `total` is what the budget bounds: the whole prompt and the tools. */
export interface TokenBreakdown {
  readonly persona: number
  readonly tier_one: number
  readonly tier_two: number
  readonly tools: number
  readonly total: number
}

/** What `assembleContext` answers. */
export interface AssembledContext {
  /** In order: stable system text, then what depends on the task. */
  readonly blocks: readonly ContextBlock[]
  /** All blocks in one string. */
  readonly systemPrompt: string
  /** All tools, sorted by name, as OpenAI takes them. */
  readonly tools: readonly OpenAiTool[]
  /** `tokens.total`. */
  readonly tokenEstimate: number
  readonly tokens: TokenBreakdown
  readonly included: readonly IncludedItem[]
  readonly omitted: readonly OmittedItem[]
  readonly warnings: readonly ContextWarning[]
  /** SHA-256 over prompt, tools and the digest of the word vectors in use. Equal digests: nothing changed. */
  readonly digest: string
  /** SHA-256 over the tools and the stable blocks: what a prompt cache can keep. */
  readonly prefixDigest: string
}
