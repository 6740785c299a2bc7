import type {
  AssembledContext,
  ContextBlock,
  IncludedItem,
  OmittedItem,
} from './assembled-context.ts'
import type { AssignedItem, ContextInput } from './context-input.ts'
import { sha256OfText } from './digest/sha256.ts'
import { ContextError } from './errors.ts'
import { checkNames } from './fencing/check-names.ts'
import { checkItems, limitsOf } from './layout/check-input.ts'
import { createFindings } from './layout/findings.ts'
import { layTierOne } from './layout/lay-tier-one.ts'
import { layTierTwo, rankItems } from './layout/lay-tier-two.ts'
import { renderPersona } from './layout/render-persona.ts'
import { rankingOf, relevanceScorer } from './scoring/default-scorer.ts'
import { scorableOf } from './scoring/item-text.ts'
import { estimator } from './tokens/estimate-tokens.ts'
import { rememberingTokenizer } from './tokens/remembering-tokenizer.ts'
import { prepareTools } from './tools/prepare-tools.ts'

/**
 * Puts together what an agent is told: persona, tier 1 for every assigned plugin, tier 2 for the plugins that speak to
 * the task, and its tools. Synchronous and pure: data in, data out, the same bytes for the same input.
 * Skills are used only where there are no plugins. Third-party text is fenced; what is cut or left out is reported.
 *
 * @throws ContextError `invalid_input`, `invalid_slug`, `duplicate_item`, `tool_conflict`, or `budget_too_small`
 * where the persona and the tools alone pass `budget.total`.
 */
export function assembleContext(input: ContextInput): AssembledContext {
  const limits = limitsOf(input.budget)
  const tokenizer = rememberingTokenizer(input.tokenizer ?? estimator)
  const scorer = input.scorer ?? relevanceScorer(input.wordVectors)
  const findings = createFindings()
  const plugins = input.plugins ?? []
  const items = plugins.length > 0 ? plugins : (input.skills ?? [])
  checkItems(items)

  const omitted: OmittedItem[] = plugins.length > 0 ? (input.skills ?? []).map(replaced) : []
  const tools = prepareTools(input.tools ?? [], findings)
  const toolTokens = tools.length > 0 ? tokenizer.count(JSON.stringify(tools)) : 0
  checkNames(items, tools, findings)
  const persona = renderPersona(input.persona, limits.persona, tokenizer, findings)
  const fixed = tokenizer.count(persona) + toolTokens
  if (fixed > limits.total) {
    throw new ContextError(
      'budget_too_small',
      `persona and tools need ${fixed} tokens, but budget.total is ${limits.total}; raise it or take tools away`,
    )
  }

  const tierOne = layTierOne(items, { limits, tokenizer, findings, persona, toolTokens })
  omitted.push(...tierOne.omitted)
  const stableText = joinTexts([persona, tierOne.text])
  const task = input.task ?? ''
  const ranking = input.scorer
    ? input.scorer(items.map(scorableOf))
    : rankingOf(items, input.wordVectors)
  const choice = rankItems(items, task, ranking, {
    limit: plugins.length > 0 ? (input.maxPlugins ?? 2) : items.length,
    abstain: input.abstain ?? false,
    findings,
  })
  const tierTwo = layTierTwo(choice.chosen, {
    limits,
    tokenizer,
    findings,
    task,
    scorer,
    countAll: (text) => tokenizer.count(joinTexts([stableText, text])) + toolTokens,
  })
  omitted.push(...choice.omitted, ...tierTwo.omitted)

  const blocks: ContextBlock[] = []
  if (stableText !== '') blocks.push({ placement: 'system', cache: 'stable', text: stableText })
  if (tierTwo.text !== '') {
    blocks.push({
      placement: input.tierTwoPlacement ?? 'turn',
      cache: 'task',
      text: tierTwo.text,
    })
  }
  const systemPrompt = joinTexts(blocks.map((block) => block.text))
  const total = tokenizer.count(systemPrompt) + toolTokens
  const toolsText = JSON.stringify(tools)
  return {
    blocks,
    systemPrompt,
    tools,
    tokenEstimate: total,
    tokens: {
      persona: tokenizer.count(persona),
      tier_one: tokenizer.count(tierOne.text),
      tier_two: tokenizer.count(tierTwo.text),
      tools: toolTokens,
      total,
    },
    included: [...tierOne.included, ...tierTwo.included] satisfies IncludedItem[],
    omitted,
    warnings: findings.list(),
    digest: sha256OfText(JSON.stringify([toolsText, blocks, input.wordVectors?.digest])),
    prefixDigest: sha256OfText(JSON.stringify([toolsText, stableText])),
  }
}

function replaced(item: AssignedItem): OmittedItem {
  return { kind: item.kind, slug: item.slug, tier: 1, reason: 'replaced_by_plugins' }
}

function joinTexts(texts: readonly string[]): string {
  return texts.filter((text) => text !== '').join('\n\n')
}
