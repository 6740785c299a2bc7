/** One line of a benchmark's answer. */
export interface BenchResult {
  readonly name: string
  readonly unit: string
  readonly ours: number
  readonly peers: Readonly<Record<string, number>>
  readonly ratios: Readonly<Record<string, number>>
}

/** Median microseconds of each work, all taking turns in one run, so that a busy machine slows them alike. */
export async function interleaved(
  works: Readonly<Record<string, (round: number) => unknown>>,
  rounds: number,
): Promise<Record<string, number>> {
  const times = new Map(Object.keys(works).map((name) => [name, [] as number[]]))
  for (let round = -Math.min(20, rounds >> 1); round < rounds; round += 1) {
    for (const [name, work] of Object.entries(works)) {
      const started = performance.now()
      await work(Math.abs(round))
      const time = (performance.now() - started) * 1000
      if (round >= 0) times.get(name)!.push(time)
    }
  }
  return Object.fromEntries(
    [...times].map(([name, list]) => [name, list.sort((a, b) => a - b)[list.length >> 1]!]),
  )
}
