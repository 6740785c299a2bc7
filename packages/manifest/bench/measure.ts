/** One line of a benchmark: ours beside its peers, measured in the same run. */
export interface BenchResult {
  name: string
  unit: string
  ours: number
  peers: Record<string, number>
  ratios: Record<string, number>
}

/**
 * Runs every candidate in turn, round after round, and answers the median of each candidate's rates (calls a second), so
 * that a slow moment of the machine falls on all of them.
 */
export async function measureRates(
  candidates: Readonly<Record<string, () => unknown>>,
  options: { readonly rounds?: number; readonly roundMs?: number } = {},
): Promise<Record<string, number>> {
  const { rounds = 15, roundMs = 40 } = options
  const rates: Record<string, number[]> = {}
  for (let round = -2; round < rounds; round += 1) {
    for (const [name, run] of Object.entries(candidates)) {
      const rate = await rateOf(run, roundMs)
      if (round >= 0) (rates[name] ??= []).push(rate)
    }
  }
  return Object.fromEntries(Object.entries(rates).map(([name, list]) => [name, median(list)]))
}

async function rateOf(run: () => unknown, roundMs: number): Promise<number> {
  const started = performance.now()
  let calls = 0
  let elapsed = 0
  while (elapsed < roundMs) {
    const answer = run()
    if (answer instanceof Promise) await answer
    calls += 1
    elapsed = performance.now() - started
  }
  return (calls * 1000) / elapsed
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((left, right) => left - right)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}
