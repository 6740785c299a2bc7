// `pnpm relevance [--data FOLDER] [--json] [--queries N] [--only DATASET] [--scorers NAME] [--examples N] [--out FILE]`:
// how well each scorer chooses on labelled data, all in one run, with the time a ranking takes. Writes JSON beside the table. Nothing is learned here.
import { mkdirSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { dirname, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { keywordScorer } from '../src/scoring/keyword-scorer.ts'
import { createRelevanceIndex } from '../src/scoring/relevance-index.ts'
import type { ScorableItem, Scorer } from '../src/scoring/scorer.ts'
import { loadWordVectors } from '../src/word-vectors.ts'
import { readDatasets, trialsOf, withExamples, type Dataset, type Trial } from './datasets.ts'
import { measure, type Metrics } from './metrics.ts'
import { miniSearch, orama, plainBm25 } from './peers.ts'
import { labelledData, repositoryRoot } from './places.ts'

interface Result extends Metrics {
  readonly dataset: string
  readonly n: string
  readonly scorer: string
  /** Median and 95th percentile of one ranking of the first five, index prepared. */
  readonly us_p50: number
  readonly us_p95: number
}

const { values: options } = parseArgs({
  options: {
    data: { type: 'string', default: labelledData },
    json: { type: 'boolean', default: false },
    queries: { type: 'string', default: '200' },
    only: { type: 'string' },
    scorers: { type: 'string', default: '' },
    examples: { type: 'string', default: '3' },
    out: { type: 'string', default: resolve(repositoryRoot, '.cache', 'relevance.json') },
  },
})

const vectors = loadWordVectors()
const scorers: Readonly<Record<string, Scorer>> = {
  'ours with word vectors': (items) => createRelevanceIndex(items, { wordVectors: vectors }),
  'ours, words alone': (items) => createRelevanceIndex(items),
  'keyword scorer': keywordScorer,
  'plain BM25': plainBm25,
  MiniSearch: miniSearch,
  Orama: orama,
}
const scorerNames = Object.keys(scorers).filter((name) => name.includes(options.scorers))

const results: Result[] = []
for (const dataset of datasets()) {
  for (const size of [10, 50, 199, 'domain', 'all'] as const) {
    if (!applies(dataset, size)) continue
    const trials = trialsOf(dataset, size, { maxQueries: Number(options.queries) })
    const rows = evaluate(dataset, trials)
    for (const name of scorerNames)
      results.push({ dataset: dataset.name, n: String(size), scorer: name, ...rows[name]! })
    if (!options.json) print(results.slice(-scorerNames.length))
  }
}
const abstaining = abstentions(datasets())
if (!options.json) printAbstentions(abstaining)
const report = {
  data: resolve(options.data),
  queries_at_most: Number(options.queries),
  node: process.version,
  cpu: `${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}`,
  results,
  abstaining,
}
mkdirSync(dirname(options.out), { recursive: true })
writeFileSync(options.out, `${JSON.stringify(report, null, 2)}\n`)
if (options.json) console.log(JSON.stringify(report, null, 2))
else console.log(`\nwritten to ${options.out}`)

function datasets(): Dataset[] {
  const read = readDatasets(options.data)
  if (read.length === 0) {
    console.error(`no labelled data in ${options.data}: expected files { dataset, items, queries }`)
    process.exit(2)
  }
  const count = Number(options.examples)
  return read
    .flatMap((dataset) => {
      // Example prompts only where an item has queries to spare.
      const spare = dataset.queries.length >= dataset.labelled.length * (count + 1) * 2
      if (count === 0 || !spare) return [dataset]
      return [
        dataset,
        { ...withExamples(dataset, count), name: `${dataset.name}+${count} examples` },
      ]
    })
    .filter(({ name }) => !options.only || name.includes(options.only))
}

function applies(dataset: Dataset, size: number | 'domain' | 'all'): boolean {
  if (size === 'all') return dataset.items.length > 199
  if (size === 'domain') return dataset.labelled.length < dataset.items.length * 0.9
  return dataset.items.length >= size
}

/** All scorers over the same trials, taking turns, so that a busy machine slows all of them alike. */
function evaluate(
  dataset: Dataset,
  trials: readonly Trial[],
): Record<string, Metrics & { us_p50: number; us_p95: number }> {
  const answers = new Map(
    scorerNames.map((name) => [name, { ids: [] as string[][], us: [] as number[] }]),
  )
  const shared = new Map<string, ReturnType<Scorer>>()
  for (const { query, candidates } of trials) {
    const whole =
      candidates.length === trials[0]!.candidates.length && candidates === trials[0]!.candidates
    const items = candidates.map((index): ScorableItem => dataset.items[index]!)
    for (const name of scorerNames) {
      let ranking = whole ? shared.get(name) : undefined
      if (!ranking) ranking = scorers[name]!(items)
      if (whole) shared.set(name, ranking)
      ranking.rank(query.q, { limit: 5 })
      const started = performance.now()
      const ranked = ranking.rank(query.q, { limit: 5 })
      const answer = answers.get(name)!
      answer.us.push((performance.now() - started) * 1000)
      answer.ids.push(ranked.map(({ id }) => id))
    }
  }
  const relevant = trials.map(({ query }) => query.relevant)
  return Object.fromEntries(
    [...answers].map(([name, { ids, us }]) => {
      const sorted = us.sort((a, b) => a - b)
      const at = (share: number): number =>
        Math.round(sorted[Math.floor((sorted.length - 1) * share)]! * 10) / 10
      return [name, { ...measure(ids, relevant), us_p50: at(0.5), us_p95: at(0.95) }]
    }),
  )
}

interface Abstention {
  readonly dataset: string
  /** Percentage of tasks for which nothing is said to fit, among 50 items: with the right ones there, */
  readonly answerable: number
  /** with the right ones taken away but all their like left, */
  readonly taken_away: number
  /** and tasks of another data set. */
  readonly foreign: number
}

/** How often ours says that nothing fits. */
function abstentions(all: readonly Dataset[]): Abstention[] {
  const plain = all.filter(({ name }) => !name.includes('+'))
  return plain.flatMap((dataset, position) => {
    const other =
      plain.find(
        ({ name }, at) => at > position && name.split('-')[0] !== dataset.name.split('-')[0],
      ) ?? plain[0]!
    if (dataset.items.length < 50 || other === dataset) return []
    const trials = trialsOf(dataset, 50, { maxQueries: 100 })
    const count = { answerable: 0, taken_away: 0, foreign: 0 }
    const below = (items: readonly ScorableItem[], task: string): number => {
      const index = createRelevanceIndex(items, { wordVectors: vectors })
      return (index.rank(task, { limit: 1 })[0]?.score ?? 0) < (index.threshold ?? 0) ? 1 : 0
    }
    for (const [at, { query, candidates }] of trials.entries()) {
      const items = candidates.map((index): ScorableItem => dataset.items[index]!)
      const wrong = items.filter(({ id }) => !query.relevant.includes(id))
      count.answerable += below(items, query.q)
      count.taken_away += below(wrong, query.q)
      count.foreign += below(items, other.queries[(at * 7) % other.queries.length]!.q)
    }
    const share = (value: number): number => Math.round((value / trials.length) * 1000) / 10
    return [
      {
        dataset: dataset.name,
        answerable: share(count.answerable),
        taken_away: share(count.taken_away),
        foreign: share(count.foreign),
      },
    ]
  })
}

function printAbstentions(rows: readonly Abstention[]): void {
  if (rows.length === 0) return
  console.log('\nnothing fits, among 50 items, ours with word vectors (% of tasks)')
  console.log(`${''.padEnd(24)} answer there   answer taken away   task of other data`)
  for (const { dataset, answerable, taken_away, foreign } of rows) {
    console.log(
      dataset.padEnd(24),
      `${answerable.toFixed(1).padStart(10)} ${taken_away.toFixed(1).padStart(19)} ${foreign.toFixed(1).padStart(19)}`,
    )
  }
}

function print(rows: readonly Result[]): void {
  const [first] = rows
  if (!first) return
  console.log(`\n${first.dataset}, N = ${first.n}, ${first.queries} queries`)
  console.log(`${''.padEnd(24)}   R@1    R@2    R@5    MRR  NDCG@5   µs p50  µs p95`)
  for (const row of rows) {
    const numbers = [row.recall_1, row.recall_2, row.recall_5, row.mrr, row.ndcg_5]
    console.log(
      row.scorer.padEnd(24),
      numbers.map((value) => value.toFixed(1).padStart(6)).join(' '),
      row.us_p50.toFixed(1).padStart(10),
      row.us_p95.toFixed(1).padStart(7),
    )
  }
}
