import type { AssignedItem, PartCounts } from '../context-input.ts'
import { cutText } from '../budget/cut-text.ts'
import { fenceLine } from '../fencing/fence-text.ts'
import type { Tokenizer } from '../tokens/tokenizer.ts'
import type { Findings } from './findings.ts'

/** How much of an item tier 1 shows. */
export type TierOneDetail = 'full' | 'short' | 'name'

/** One item's entry in tier 1. */
export interface TierOneEntry {
  readonly text: string
  readonly tokens: number
  readonly cut: boolean
}

/** Tokens of a short entry: a name and the first sentence. */
const shortTokens = 48

/**
 * An item as tier 1 shows it, from its metadata alone: Markdown with name, slug, description, tags and counts.
 * The description is cut at a sentence end where the entry would pass `maxTokens`.
 */
export function renderTierOne(
  item: AssignedItem,
  maxTokens: number,
  detail: TierOneDetail,
  tokenizer: Tokenizer,
  findings: Findings,
): TierOneEntry {
  const line = (text: string): string => {
    const fenced = fenceLine(text)
    findings.fenced(fenced, { slug: item.slug })
    return fenced.text
  }
  const limit = detail === 'full' ? maxTokens : Math.min(maxTokens, shortTokens)
  const head = `### ${boundedLine(line(item.name), 16, tokenizer) || item.slug} (\`${item.slug}\`)`
  const description = line(item.description ?? '')
  if (detail === 'full') findings.inspected(description, { slug: item.slug })
  if (detail === 'name') {
    return { text: head, tokens: tokenizer.count(head), cut: description !== '' }
  }
  const parts = countsLine(item.counts)
  const tail: string[] = []
  if (detail === 'full' && item.tags?.length) {
    tail.push(boundedLine(`Tags: ${item.tags.map(line).join(', ')}`, limit >> 1, tokenizer))
  }
  if (parts !== '') tail.push(`Contains: ${parts}`)
  const compose = (text: string): string => [head, text, ...tail].filter(Boolean).join('\n')
  const whole = compose(description)
  const wholeTokens = tokenizer.count(whole)
  if (wholeTokens <= limit) return { text: whole, tokens: wholeTokens, cut: false }
  let room = limit - tokenizer.count(compose('')) - 1
  for (;;) {
    const shown = cutText(description, room, tokenizer, { words: true })
    const text = compose(shown.text === '' ? '' : `${shown.text} […]`)
    const tokens = tokenizer.count(text)
    if (tokens <= limit || room <= 0) return { text, tokens, cut: true }
    room -= Math.max(1, tokens - limit)
  }
}

function boundedLine(text: string, maxTokens: number, tokenizer: Tokenizer): string {
  return cutText(text, maxTokens, tokenizer, { words: true }).text
}

function countsLine(counts: PartCounts | undefined): string {
  if (!counts) return ''
  const parts: string[] = []
  const add = (count: number | undefined, one: string, many: string): void => {
    if (count !== undefined && count > 0) parts.push(`${count} ${count === 1 ? one : many}`)
  }
  add(counts.skills, 'skill', 'skills')
  add(counts.commands, 'command', 'commands')
  add(counts.agents, 'agent', 'agents')
  add(counts.hooks, 'hook', 'hooks')
  add(counts.mcp_servers, 'MCP server', 'MCP servers')
  return parts.join(', ')
}
