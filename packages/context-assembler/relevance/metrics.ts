// How good a ranking is, averaged over tasks.

export interface Metrics {
  readonly queries: number
  readonly recall_1: number
  readonly recall_2: number
  readonly recall_5: number
  readonly mrr: number
  readonly ndcg_5: number
}

/** `rankings[i]` is the ids in order for task i, `relevant[i]` the right ones. Values are percentages. */
export function measure(
  rankings: readonly (readonly string[])[],
  relevant: readonly (readonly string[])[],
): Metrics {
  const sums = { recall_1: 0, recall_2: 0, recall_5: 0, mrr: 0, ndcg_5: 0 }
  for (let i = 0; i < rankings.length; i += 1) {
    const right = new Set(relevant[i])
    const ranks = rankings[i]!.flatMap((id, rank) => (right.has(id) ? [rank] : []))
    const within = (k: number): number => ranks.filter((rank) => rank < k).length / right.size
    sums.recall_1 += within(1)
    sums.recall_2 += within(2)
    sums.recall_5 += within(5)
    sums.mrr += ranks.length > 0 ? 1 / (ranks[0]! + 1) : 0
    let ideal = 0
    for (let rank = 0; rank < Math.min(5, right.size); rank += 1) ideal += 1 / Math.log2(rank + 2)
    const gain = ranks
      .filter((rank) => rank < 5)
      .reduce((sum, rank) => sum + 1 / Math.log2(rank + 2), 0)
    sums.ndcg_5 += gain / ideal
  }
  const percent = (sum: number): number =>
    Math.round((sum / Math.max(1, rankings.length)) * 10000) / 100
  return {
    queries: rankings.length,
    recall_1: percent(sums.recall_1),
    recall_2: percent(sums.recall_2),
    recall_5: percent(sums.recall_5),
    mrr: percent(sums.mrr),
    ndcg_5: percent(sums.ndcg_5),
  }
}
