import * as fc from 'fast-check'
import { expect } from 'vitest'
import { assembleContext, estimateTokens, type ContextInput, ContextError } from '../src/index.ts'
import { brokenFence, hostileInput } from './hostile-text.ts'

/** Runs `numRuns` hostile inputs: sections hold, text is valid, no budget is passed, the same input gives the same bytes. */
export function checkHostileInputs(numRuns: number, seed: number): void {
  fc.assert(fc.property(hostileInput, checkOne), { numRuns, seed })
}

function checkOne(input: ContextInput): void {
  let context
  try {
    context = assembleContext(input)
  } catch (error) {
    // A marketplace persona may by itself be larger than the smallest budgets.
    expect(error).toBeInstanceOf(ContextError)
    expect((error as ContextError).code).toBe('budget_too_small')
    return
  }
  const prompt = context.systemPrompt
  const wrong = brokenFence(context)
  if (wrong !== undefined) throw new Error(wrong)
  if (/\p{Surrogate}|[\u{E0000}-\u{E007F}\u200B\u202A-\u202E\u2066-\u2069]/u.test(prompt)) {
    throw new Error('hidden characters or half a surrogate pair in the prompt')
  }
  if (/<\|[^\n<>|]{1,40}\|>|\[INST\]|<<SYS>>|^(?:Human|Assistant|System):/m.test(prompt)) {
    throw new Error('a role marker in the prompt')
  }
  const budget = input.budget as { total: number; tierTwo: number; tierTwoPerItem: number }
  const tools = context.tools.length > 0 ? estimateTokens(JSON.stringify(context.tools)) : 0
  if (estimateTokens(prompt) + tools > budget.total) throw new Error('over the total budget')
  if (context.tokens.tier_two > budget.tierTwo) throw new Error('over the budget of tier 2')
  for (const item of context.included) {
    if (item.tier === 2 && item.tokens > budget.tierTwoPerItem)
      throw new Error('over the cap of an item')
  }
  // A third of the inputs, by what came out: each is put together a second time from a copy.
  if (prompt.length % 3 !== 0) return
  const again = assembleContext(structuredClone(input))
  if (again.digest !== context.digest || again.systemPrompt !== prompt) {
    throw new Error('other bytes for the same input')
  }
}
