// `pnpm relevance:train [background] [vectors] [weights] [tokens]`: everything that this package learned from data, in
// order; without arguments all of it. Needs the shared data; the same data gives the same files.
import { decodeWordVectors } from '../src/scoring/decode-word-vectors.ts'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { readCorpus } from './corpus.ts'
import { readDatasets } from './datasets.ts'
import { labelledData, marketplaces, scoringSources } from './places.ts'
import { trainBackground } from './train-background.ts'
import { trainTokens } from './train-tokens.ts'
import { trainVectors } from './train-vectors.ts'
import { trainWeights } from './train-weights.ts'

const { positionals } = parseArgs({ allowPositionals: true })
const wants = (step: string): boolean => positionals.length === 0 || positionals.includes(step)
const started = performance.now()
const say = (text: string): void =>
  console.log(`[${((performance.now() - started) / 1000).toFixed(0).padStart(4)} s] ${text}`)

if (wants('background') || wants('vectors')) {
  const corpus = readCorpus(marketplaces)
  say(`read ${corpus.documents} documents, ${corpus.lines.length} distinct lines`)
  if (wants('background')) say(`wrote ${trainBackground(corpus)} background stems`)
  if (wants('vectors')) say(`wrote ${trainVectors(corpus)} word vectors`)
}
if (wants('weights')) {
  const table = JSON.parse(readFileSync(join(scoringSources, 'word-vector-table.json'), 'utf8'))
  trainWeights(readDatasets(labelledData), decodeWordVectors(table))
  say('wrote the weights')
}
if (wants('tokens')) {
  trainTokens(marketplaces)
  say('wrote the token weights')
}
