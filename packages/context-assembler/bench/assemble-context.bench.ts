// Assembling 40 plugins with warm content, against ranking the same 40 alone.
import { assembleContext, createRelevanceIndex, type AssignedItem } from '../src/index.ts'
import { loadWordVectors } from '../src/word-vectors.ts'
import { interleaved, type BenchResult } from './interleaved.ts'
import { createTexts } from './synthetic-texts.ts'

export default async function assemble(): Promise<BenchResult[]> {
  const wordVectors = loadWordVectors()
  const texts = createTexts(9)
  const plugins = Array.from({ length: 40 }, (_unused, n): AssignedItem => {
    const { name, description } = texts.item(n)
    const paragraphs = Array.from({ length: 20 }, () => `${texts.words(60)}.`)
    return {
      kind: 'plugin',
      slug: `plugin-${n}`,
      name,
      version: '1.0.0',
      description,
      content: [{ path: 'SKILL.md', text: paragraphs.join('\n\n') }],
    }
  })
  const index = createRelevanceIndex(
    plugins.map((item) => ({ ...item, id: item.slug, body: item.content![0]!.text })),
    { wordVectors },
  )
  const tasks = Array.from({ length: 40 }, () => texts.words(40))
  const times = await interleaved(
    {
      ours: (round) => assembleContext({ plugins, wordVectors, task: tasks[round % 40]! }),
      'ranking alone': (round) => index.rank(tasks[round % 40]!, { limit: 2 }),
    },
    200,
  )
  return [
    {
      name: 'context: assemble 40 plugins, warm content',
      unit: 'µs p50',
      ours: times['ours']!,
      peers: { 'ranking alone': times['ranking alone']! },
      ratios: { 'assemble / ranking': times['ours']! / times['ranking alone']! },
    },
  ]
}
