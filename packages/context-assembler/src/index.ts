export { assembleContext } from './assemble-context.ts'
export { loadContext, type ContentFault, type LoadOptions } from './load-context.ts'
export type {
  AssignedItem,
  Budget,
  ContentFile,
  ContextInput,
  DescribedTool,
  FileListing,
  PartCounts,
  Persona,
} from './context-input.ts'
export type {
  AssembledContext,
  ContextBlock,
  ContextWarning,
  IncludedFile,
  IncludedItem,
  OmissionReason,
  OmittedItem,
  TokenBreakdown,
  WarningCode,
} from './assembled-context.ts'
export { ContextError, type ContextErrorCode } from './errors.ts'
export { keywordScorer } from './scoring/keyword-scorer.ts'
export type {
  LocaleText,
  RankedItem,
  Ranking,
  ScorableItem,
  ScorablePart,
  Scorer,
} from './scoring/scorer.ts'
export {
  createRelevanceIndex,
  type Explanation,
  type RelevanceIndex,
  type RelevanceOptions,
} from './scoring/relevance-index.ts'
export {
  fuseRankings,
  rankWith,
  type Embedder,
  type RankWithOptions,
  type Reranker,
} from './scoring/fuse-rankings.ts'
export type { FeatureMix, FeatureName, RelevanceWeights } from './scoring/relevance-weights.ts'
export type { WordVectors } from './scoring/word-vectors.ts'
export { estimateTokens } from './tokens/estimate-tokens.ts'
export type { Tokenizer } from './tokens/tokenizer.ts'
export type { Tool } from './tools/tool.ts'
export {
  toAnthropicTool,
  toMcpTool,
  type AnthropicTool,
  type JsonSchema,
  type McpTool,
  type OpenAiTool,
} from './tools/tool-formats.ts'
export {
  inspectText,
  type TextFinding,
  type TextInspection,
  type TextRisk,
} from './fencing/inspect-text.ts'
export type { HiddenCharacterCounts } from './fencing/hidden-characters.ts'
export type { CacheStore } from './content/cache-store.ts'
export { createMemoryCacheStore, type MemoryCacheOptions } from './content/memory-cache-store.ts'
export {
  cachedContentSource,
  type CachedContentSource,
  type ContentCacheOptions,
} from './content/cached-content-source.ts'
export {
  resolveReference,
  type ReferenceOptions,
  type ResolvedReference,
} from './content/resolve-reference.ts'
export type { ContentKey, ContentManifest, ContentSource } from './content/content-source.ts'
