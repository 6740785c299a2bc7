// Learns what each run of characters costs in tokens, on half of the texts; the other half says how good it is.
import { createHash } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { countTokens } from 'gpt-tokenizer'
import { runKinds, scanRuns } from '../src/tokens/scan-runs.ts'
import { createRandom } from './random.ts'
import { readMarketplaces } from './read-marketplaces.ts'

export interface TokenSample {
  readonly text: string
  readonly tokens: number
  readonly kind: 'markdown' | 'json' | 'base64'
  /** Learned from, or kept to judge by. */
  readonly seen: boolean
}

/** Documents of up to 8,000 characters, chosen by a hash of their path, so that each run takes the same. */
export function tokenSamples(
  folder: string,
  share: number,
  archives?: readonly string[],
): TokenSample[] {
  const samples: TokenSample[] = []
  const known = new Set<string>()
  for (const { archive, path, text } of readMarketplaces(folder, archives)) {
    const hash = createHash('sha256').update(`${archive}/${path}`).digest()
    if (hash.readUInt16BE(0) / 65_536 >= share || text.length < 200) continue
    const piece = text.slice(0, 8000)
    if (known.has(piece.slice(0, 400))) continue
    known.add(piece.slice(0, 400))
    const kind = path.endsWith('.md') ? 'markdown' : 'json'
    samples.push({ text: piece, tokens: exact(piece), kind, seen: hash[2]! % 2 === 0 })
  }
  const random = createRandom(3)
  for (let i = 0; i < 60; i += 1) {
    const bytes = Uint8Array.from({ length: 300 + i * 20 }, () => Math.floor(random() * 256))
    const text = `data: ${Buffer.from(bytes).toString('base64')}\n`
    samples.push({ text, tokens: exact(text), kind: 'base64', seen: i % 2 === 0 })
  }
  return samples
}

/** In pieces: long repeats take the exact tokenizer seconds otherwise. */
function exact(text: string): number {
  let tokens = 0
  for (let at = 0; at < text.length; at += 2000) {
    tokens += countTokens(text.slice(at, at + 2000), { disallowedSpecial: new Set() })
  }
  return tokens
}

/** Writes `token-weights.json` and prints the error on what was not learned from. */
export function trainTokens(folder: string): void {
  const samples = tokenSamples(folder, 0.2)
  const rows = samples.map(({ text }) => {
    const counts = new Float64Array(runKinds)
    scanRuns(text, counts)
    return counts
  })
  const learned = [...samples.keys()].filter((index) => samples[index]!.seen)
  const weights = fit(
    learned.map((i) => rows[i]!),
    learned.map((i) => samples[i]!.tokens),
  )
  const table = {
    made_by: `pnpm relevance:train tokens: least squares on ${learned.length} public texts against gpt-tokenizer (o200k), relative error, repeated with less weight for outliers`,
    weights: Array.from(weights, (weight) => Math.round(weight * 1000) / 1000),
  }
  writeFileSync(
    join(resolve(import.meta.dirname, '..', 'src', 'tokens'), 'token-weights.json'),
    `${JSON.stringify(table, null, 2)}\n`,
  )
  for (const kind of ['markdown', 'json', 'base64'] as const) {
    const errors = samples.flatMap((sample, index) => {
      if (sample.seen || sample.kind !== kind) return []
      const estimate = rows[index]!.reduce((sum, count, k) => sum + count * table.weights[k]!, 0)
      return [(estimate - sample.tokens) / sample.tokens]
    })
    const sorted = errors.toSorted((a, b) => a - b)
    const mean = errors.reduce((sum, error) => sum + Math.abs(error), 0) / errors.length
    const percent = (value: number): string => `${(value * 100).toFixed(1)} %`
    console.log(
      `${kind}: ${errors.length} unseen texts, mean absolute error ${percent(mean)}, 5th percentile ${percent(sorted[Math.floor(errors.length * 0.05)]!)}, worst ${percent(sorted[0]!)}`,
    )
  }
}

/** Weighted least squares on relative error by coordinate descent, weights of zero or more, held near 1 where data is thin. */
function fit(rows: readonly Float64Array[], tokens: readonly number[]): Float64Array {
  const scaled = rows.map((row, i) => row.map((value) => value / tokens[i]!))
  const weights = new Float64Array(runKinds).fill(1)
  let trust = new Float64Array(rows.length).fill(1)
  for (let round = 0; round < 5; round += 1) {
    const residuals = scaled.map(
      (row) => 1 - row.reduce((sum, value, k) => sum + value * weights[k]!, 0),
    )
    for (let sweep = 0; sweep < 60; sweep += 1) {
      for (let k = 0; k < runKinds; k += 1) {
        let up = 0
        let down = 1e-5
        for (let i = 0; i < scaled.length; i += 1) {
          const value = scaled[i]![k]!
          if (value === 0) continue
          up += trust[i]! * value * (residuals[i]! + value * weights[k]!)
          down += trust[i]! * value * value
        }
        const next = Math.max(0, (up + 1e-5) / down)
        const change = next - weights[k]!
        if (change === 0) continue
        weights[k] = next
        for (let i = 0; i < scaled.length; i += 1) residuals[i]! -= change * scaled[i]![k]!
      }
    }
    trust = Float64Array.from(residuals, (residual) => 1 / Math.max(0.02, Math.abs(residual)))
    const mean = trust.reduce((a, b) => a + b, 0) / trust.length
    trust = trust.map((value) => value / mean)
  }
  return weights
}
