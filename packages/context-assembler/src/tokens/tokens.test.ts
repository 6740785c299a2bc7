import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createExactTokenizer } from './exact-tokenizer.ts'
import { estimateTokens } from './estimate-tokens.ts'

const texts = {
  markdown:
    '# Title\n\nA paragraph of plain words that says what to do, and why.\n\n- one entry\n- another entry\n',
  code: 'export function add(a: number, b: number): number {\n  return a + b\n}\n',
  german: 'Die Rechnung wird am Ende des Monats an den Kunden geschickt.',
  chinese: '请在月底之前把发票寄给客户，并确认付款。',
}

describe('estimateTokens', () => {
  it('counts nothing for nothing and at least one for anything', () => {
    expect(estimateTokens('')).toBe(0)
    expect(estimateTokens(' ')).toBe(1)
  })

  it('is near the exact count on short texts of several kinds', async () => {
    const exact = await createExactTokenizer()
    for (const text of Object.values(texts)) {
      const ratio = estimateTokens(text) / exact.count(text)
      expect(ratio).toBeGreaterThan(0.65)
      expect(ratio).toBeLessThan(1.45)
    }
  })

  const marketplaces = resolve(import.meta.dirname, '../../../../../shared/data/marketplaces')
  it.skipIf(!existsSync(marketplaces))(
    'errs by at most 4 % on public Markdown that it was not fitted to (needs ../shared/data)',
    async () => {
      const { tokenSamples } = await import('../../relevance/train-tokens.ts')
      const unseen = tokenSamples(marketplaces, 0.2, [
        'obra__superpowers',
        'wshobson__agents',
        'ComposioHQ__awesome-claude-skills',
      ]).filter((sample) => !sample.seen && sample.kind === 'markdown')
      const errors = unseen
        .map(({ text, tokens }) => (estimateTokens(text) - tokens) / tokens)
        .sort((a, b) => a - b)
      const mean = errors.reduce((sum, error) => sum + Math.abs(error), 0) / errors.length
      expect(errors.length).toBeGreaterThan(60)
      expect(mean).toBeLessThan(0.04)
      expect(errors[Math.floor(errors.length * 0.05)]).toBeGreaterThan(-0.1)
    },
  )
})
