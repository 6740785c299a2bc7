import type { RankedItem, Ranking, ScorableItem } from './scorer.ts'

/** A host's own way to turn texts into vectors, such as an embedding model. */
export interface Embedder {
  /** One vector a text, in order, all of one length. */
  embed(
    texts: readonly string[],
    options?: { signal?: AbortSignal | undefined },
  ): Promise<readonly ArrayLike<number>[]>
}

/** A host's own way to order candidates, such as a cross-encoder or a model. */
export interface Reranker {
  /** Ids, best first; those left out come last in the order they had. */
  rerank(
    task: string,
    candidates: readonly ScorableItem[],
    options?: { signal?: AbortSignal | undefined },
  ): Promise<readonly string[]>
}

/** Options of `rankWith`. */
export interface RankWithOptions {
  readonly embedder?: Embedder | undefined
  readonly reranker?: Reranker | undefined
  /** How many of the best go to the reranker. Default 20. */
  readonly candidates?: number | undefined
  readonly limit?: number | undefined
  readonly signal?: AbortSignal | undefined
  /** Called when a port fails; the answer goes on without it. */
  readonly onFault?: ((error: unknown) => void) | undefined
}

/** The constant of reciprocal rank fusion (Cormack, Clarke, Büttcher 2009): how little the first places stand out. */
const fusionConstant = 60

/**
 * Ranks with what the host has beside the index: an embedder's order and a reranker's order are fused with the index's
 * by reciprocal rank. Scores are those of the fusion. A port that fails is left out.
 */
export async function rankWith(
  items: readonly ScorableItem[],
  ranking: Ranking,
  task: string,
  options: RankWithOptions,
): Promise<readonly RankedItem[]> {
  const orders: (readonly string[])[] = [ranking.rank(task).map(({ id }) => id)]
  const attempt = async (work: () => Promise<readonly string[]>): Promise<void> => {
    try {
      orders.push(await work())
    } catch (error) {
      options.signal?.throwIfAborted()
      options.onFault?.(error)
    }
  }
  const { embedder, reranker, signal } = options
  if (embedder) await attempt(() => embeddedOrder(items, task, embedder, signal))
  if (reranker) {
    const first = new Set(
      fuseRankings(orders)
        .slice(0, options.candidates ?? 20)
        .map(({ id }) => id),
    )
    const candidates = items.filter(({ id }) => first.has(id))
    await attempt(() => reranker.rerank(task, candidates, { signal }))
  }
  return fuseRankings(orders).slice(0, options.limit ?? items.length)
}

/** Fuses orders by reciprocal rank; equal scores stand as in the first order. Ids unknown to the first are ignored. */
export function fuseRankings(orders: readonly (readonly string[])[]): RankedItem[] {
  const scores = new Map<string, number>((orders[0] ?? []).map((id) => [id, 0]))
  for (const order of orders) {
    for (const [rank, id] of order.entries()) {
      const score = scores.get(id)
      if (score !== undefined) scores.set(id, score + 1 / (fusionConstant + rank + 1))
    }
  }
  const places = new Map((orders[0] ?? []).map((id, place) => [id, place]))
  return [...scores]
    .map(([id, score]) => ({ id, score: Math.round(score * 1e6) / 1e6 }))
    .sort((a, b) => b.score - a.score || places.get(a.id)! - places.get(b.id)!)
}

async function embeddedOrder(
  items: readonly ScorableItem[],
  task: string,
  embedder: Embedder,
  signal: AbortSignal | undefined,
): Promise<string[]> {
  const texts = items.map(({ name, description }) => `${name}: ${description ?? ''}`)
  const [query, ...vectors] = await embedder.embed([task, ...texts], { signal })
  if (!query || vectors.length !== items.length) {
    throw new TypeError(
      `expected ${items.length + 1} vectors of the embedder, came ${vectors.length + 1}`,
    )
  }
  const scores = vectors.map((vector) => cosine(query, vector))
  return items
    .map((_item, index) => index)
    .sort((a, b) => scores[b]! - scores[a]! || a - b)
    .map((index) => items[index]!.id)
}

function cosine(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let dot = 0
  let squareA = 0
  let squareB = 0
  for (let k = 0; k < a.length; k += 1) {
    dot += a[k]! * b[k]!
    squareA += a[k]! ** 2
    squareB += b[k]! ** 2
  }
  return squareA > 0 && squareB > 0 ? dot / Math.sqrt(squareA * squareB) : 0
}
