// Estimating tokens of Markdown, against an exact tokenizer and another estimate.
import { readFileSync, readdirSync } from 'node:fs'
import { countTokens } from 'gpt-tokenizer'
import { estimateTokenCount } from 'tokenx'
import { estimateTokens } from '../src/index.ts'
import { interleaved, type BenchResult } from './interleaved.ts'

export default async function tokenEstimate(): Promise<BenchResult[]> {
  const root = new URL('../../../', import.meta.url)
  const text = readdirSync(root)
    .filter((name) => name.endsWith('.md'))
    .map((name) => readFileSync(new URL(name, root), 'utf8'))
    .concat(readFileSync(new URL('../src/fencing/inspect-text.ts', import.meta.url), 'utf8'))
    .join('\n')
    .repeat(4)
  const options = { disallowedSpecial: new Set<string>() }
  const times = await interleaved(
    {
      ours: () => estimateTokens(text),
      tokenx: () => estimateTokenCount(text),
      'gpt-tokenizer': () => countTokens(text, options),
    },
    40,
  )
  const speed = (name: string): number => text.length / times[name]!
  return [
    {
      name: 'tokens: estimate Markdown and code',
      unit: 'million characters a second',
      ours: speed('ours'),
      peers: { tokenx: speed('tokenx'), 'gpt-tokenizer': speed('gpt-tokenizer') },
      ratios: {
        'ours / tokenx': speed('ours') / speed('tokenx'),
        'ours / gpt-tokenizer': speed('ours') / speed('gpt-tokenizer'),
      },
    },
  ]
}
