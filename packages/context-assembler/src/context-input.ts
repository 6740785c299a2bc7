import type { ScorableItem, Scorer } from './scoring/scorer.ts'
import type { WordVectors } from './scoring/word-vectors.ts'
import type { Tokenizer } from './tokens/tokenizer.ts'
import type { Tool } from './tools/tool.ts'

/** One file of an item, as text. `path` is relative to the item's root, with forward slashes. */
export interface ContentFile {
  readonly path: string
  readonly text: string
  /** SHA-256 of the file's bytes, 64 lower-case hex; worked out from `text` where it is not given. */
  readonly sha256?: string | undefined
}

/** A file that is known to exist but whose text is not at hand: a reference or script that the model may ask for. */
export interface FileListing {
  readonly path: string
  readonly size: number
}

/** A tool that a plugin's own manifest describes; it is text for the prompt, not something to call. */
export interface DescribedTool {
  readonly name: string
  readonly description?: string | undefined
}

/** How many parts a plugin holds. */
export interface PartCounts {
  readonly skills?: number | undefined
  readonly commands?: number | undefined
  readonly agents?: number | undefined
  readonly hooks?: number | undefined
  readonly mcp_servers?: number | undefined
}

/**
 * A plugin or skill assigned to an agent. Everything but `kind`, `slug` and `name` may be absent.
 * The place in the list is the priority: first is first in context.
 */
export interface AssignedItem extends Omit<ScorableItem, 'id'> {
  readonly kind: string
  /** ASCII letters, digits, `.`, `_`, `-`; at most 128 characters. */
  readonly slug: string
  readonly name: string
  readonly version?: string | undefined
  readonly counts?: PartCounts | undefined
  /** Tools of the item's own manifest, rendered as `**name**: description`. */
  readonly tools?: readonly DescribedTool[] | undefined
  /** Absent: the content could not be had, and the item stands with its header alone. */
  readonly content?: readonly ContentFile[] | undefined
  /** Files that exist beside `content`. */
  readonly files?: readonly FileListing[] | undefined
  /** Values for `${NAME}` in this item's text. Nothing that is not declared here is ever filled in. */
  readonly variables?: Readonly<Record<string, string>> | undefined
}

/** Who the agent is. A persona from the marketplace is third-party text and is fenced like all of it. */
export interface Persona {
  readonly text: string
  readonly origin?: 'custom' | 'marketplace' | undefined
  readonly slug?: string | undefined
  /** Values for `${NAME}` in the text. */
  readonly variables?: Readonly<Record<string, string>> | undefined
}

/** Limits in tokens, as counted by the tokenizer in use. */
export interface Budget {
  /** Prompt and tools together. Default: no limit beside those below. */
  readonly total?: number | undefined
  /** A persona from the marketplace. Default 2,000; a custom persona is never cut. */
  readonly persona?: number | undefined
  /** One entry of tier 1. Default 200. */
  readonly tierOnePerItem?: number | undefined
  /** All of tier 1. Default: no limit. */
  readonly tierOne?: number | undefined
  /** One item in tier 2. Default 2,000. */
  readonly tierTwoPerItem?: number | undefined
  /** All of tier 2. Default 4,000. */
  readonly tierTwo?: number | undefined
}

/** What `assembleContext` takes. */
export interface ContextInput {
  readonly persona?: string | Persona | undefined
  readonly plugins?: readonly AssignedItem[] | undefined
  /** Used only where there are no plugins. */
  readonly skills?: readonly AssignedItem[] | undefined
  readonly tools?: readonly Tool[] | undefined
  /** What the agent is about to do. Empty: tier 2 goes by priority. */
  readonly task?: string | undefined
  /** A number is `{ total }`. */
  readonly budget?: number | Budget | undefined
  /** Default: `estimateTokens`. */
  readonly tokenizer?: Tokenizer | undefined
  /** Default: the relevance index. */
  readonly scorer?: Scorer | undefined
  /** Makes the relevance index know the meaning of words. From `@mothership/context-assembler/word-vectors`. */
  readonly wordVectors?: WordVectors | undefined
  /** Where nothing fits the task: true leaves tier 2 empty. Default: the best guess stands, and a warning with it. */
  readonly abstain?: boolean | undefined
  /** How many plugins reach tier 2. Default 2. */
  readonly maxPlugins?: number | undefined
  /** Where tier 2 stands. Default `turn`, so that the system prompt keeps its bytes from task to task. */
  readonly tierTwoPlacement?: 'system' | 'turn' | undefined
}
