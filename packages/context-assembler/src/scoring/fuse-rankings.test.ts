import { expect, it } from 'vitest'
import { fuseRankings, rankWith } from './fuse-rankings.ts'
import { keywordScorer } from './keyword-scorer.ts'

const items = ['a', 'b', 'c'].map((id) => ({ id, name: `name ${id}` }))
const ids = async (options: Parameters<typeof rankWith>[3]): Promise<string[]> =>
  (await rankWith(items, keywordScorer(items), 'name', options)).map(({ id }) => id)

it('fuses orders by rank: what two put first wins, ties stand as in the first', () => {
  expect(
    fuseRankings([
      ['a', 'b', 'c'],
      ['c', 'a', 'b'],
      ['c', 'b', 'a'],
    ]).map(({ id }) => id),
  ).toEqual(['c', 'a', 'b'])
  expect(
    fuseRankings([
      ['a', 'b'],
      ['b', 'a'],
    ]).map(({ id }) => id),
  ).toEqual(['a', 'b'])
})

it('lets an embedder and a reranker of the host speak', async () => {
  const embedder = {
    embed: async () => [
      [0, 1],
      [1, 0],
      [0.5, 0.5],
      [0, 1],
    ],
  }
  expect(await ids({ embedder, reranker: { rerank: async () => ['c', 'b'] } })).toEqual([
    'c',
    'b',
    'a',
  ])
})

it('goes on without a port that fails, and tells the host', async () => {
  const faults: unknown[] = []
  const embedder = { embed: () => Promise.reject(new Error('down')) }
  expect(await ids({ embedder, onFault: (error) => faults.push(error) })).toEqual(['a', 'b', 'c'])
  expect(
    await ids({ embedder: { embed: async () => [[1]] }, onFault: (error) => faults.push(error) }),
  ).toEqual(['a', 'b', 'c'])
  expect(faults).toHaveLength(2)
})
