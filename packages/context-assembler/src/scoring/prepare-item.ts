import { analyseText } from './analyse-text.ts'
import { wordRarity } from './background-words.ts'
import type { ScorableItem, ScorablePart } from './scorer.ts'
import { withoutExclusions } from './text/without-exclusions.ts'
import { wordGrams } from './text/word-grams.ts'
import { addWordVector, normalise, type WordVectors } from './word-vectors.ts'

/** An item analysed by itself, whatever it will stand beside. */
export interface PreparedItem {
  /** Distinct stems; the arrays below go with them. */
  readonly stems: readonly string[]
  /** Saturated weight in name, tags, description and parts. */
  readonly fields: Float32Array
  /** Saturated weight in the body. */
  readonly body: Float32Array
  /** Share of the name that the stem makes up. */
  readonly name: Float32Array
  readonly grams: Uint32Array
  readonly gramWeights: Float32Array
  /** Neighbouring stems of name and description. */
  readonly bigrams: readonly string[]
  /** Each example prompt: its stems with weights whose squares sum to 1. */
  readonly examples: readonly {
    readonly stems: readonly string[]
    readonly weights: Float32Array
  }[]
  readonly vector: Float32Array | undefined
  readonly exampleVectors: readonly Float32Array[]
}

/** Numbers of BM25F, set on the development data: how fast repetition saturates, how much length counts. */
const saturation = 1.2
const fieldLengths = { description: 18, body: 120 } as const
const lengthShare = { description: 0.5, body: 0.6 } as const
const fieldWeights = {
  name: 3,
  tags: 2,
  description: 1,
  use_cases: 1,
  examples: 0.5,
  parts: 1.5,
  partTexts: 0.5,
} as const

/** Longer bodies are read to here: what a skill is for stands at its beginning. */
const maxBodyCharacters = 6000
/** More examples, parts or use cases than this are not read. */
const maxListed = 64

/** Prepares an item; with word vectors, its meaning too. */
export function prepareItem(item: ScorableItem, vectors: WordVectors | undefined): PreparedItem {
  const name = analyseText(item.name)
  if (name.length === 0 && item.slug) name.push(...analyseText(item.slug))
  const tags = analyseText((item.tags ?? []).join(' '))
  const description = analyseText(withoutExclusions(item.description ?? ''))
  const body = analyseText((item.body ?? '').slice(0, maxBodyCharacters))
  const translated = analyseText(localeTexts(item).join(' '))
  const useCases = analyseText(listed(item.use_cases).join(' '))
  const examples = listed(item.examples).map(analyseText)
  const parts = [...listed(item.skills), ...listed(item.commands)]
  const partNames = analyseText(parts.map((part) => part.name).join(' '))
  const partTexts = analyseText(parts.map((part: ScorablePart) => part.description ?? '').join(' '))

  const weights = new Map<string, number>()
  const add = (stems: readonly string[], weight: number): void => {
    for (const stem of stems) weights.set(stem, (weights.get(stem) ?? 0) + weight)
  }
  add(name, fieldWeights.name)
  add(tags, fieldWeights.tags)
  add(description, fieldWeights.description / lengthNorm('description', description.length))
  add(useCases, fieldWeights.use_cases / lengthNorm('description', useCases.length))
  add(translated, fieldWeights.description)
  add(partNames, fieldWeights.parts / Math.sqrt(Math.max(1, parts.length)))
  add(partTexts, fieldWeights.partTexts / lengthNorm('description', partTexts.length))
  for (const example of examples) {
    add(
      example,
      fieldWeights.examples / lengthNorm('description', example.length * examples.length),
    )
  }
  const bodyWeights = new Map<string, number>()
  const bodyNorm = lengthNorm('body', body.length)
  for (const stem of body) bodyWeights.set(stem, (bodyWeights.get(stem) ?? 0) + 1 / bodyNorm)

  const stems = [...new Set([...weights.keys(), ...bodyWeights.keys()])]
  const distinctName = new Set(name)
  let nameTotal = 0
  for (const stem of distinctName) nameTotal += nameShare(stem)
  const { grams, gramWeights } = gramsOf([name, name, description, tags, translated])
  return {
    stems,
    fields: Float32Array.from(stems, (stem) => saturate(weights.get(stem) ?? 0)),
    body: Float32Array.from(stems, (stem) => saturate(bodyWeights.get(stem) ?? 0)),
    name: Float32Array.from(stems, (stem) =>
      distinctName.has(stem) ? nameShare(stem) / nameTotal : 0,
    ),
    grams,
    gramWeights,
    bigrams: [...new Set([...bigramsOf(name), ...bigramsOf(description)])],
    examples: examples.map(unitWeights),
    vector: vectors && itemVector(vectors, { name, tags, description, body, useCases, partNames }),
    exampleVectors: vectors
      ? examples.map((example) => sumVector(vectors, new Map(example.map((stem) => [stem, 1]))))
      : [],
  }
}

/** Kept apart from the description, so that its length stays what it is. */
function localeTexts(item: ScorableItem): string[] {
  return Object.values(item.locales ?? {})
    .slice(0, maxListed)
    .flatMap(({ name, description }) => [name ?? '', description ?? ''])
}

function listed<T>(list: readonly T[] | undefined): readonly T[] {
  return (list ?? []).slice(0, maxListed)
}

function saturate(weight: number): number {
  return weight === 0 ? 0 : (weight * (saturation + 1)) / (weight + saturation)
}

function lengthNorm(field: keyof typeof fieldLengths, length: number): number {
  return 1 - lengthShare[field] + (lengthShare[field] * length) / fieldLengths[field]
}

function nameShare(stem: string): number {
  return wordRarity(stem) + 0.1
}

function gramsOf(fields: readonly (readonly string[])[]): {
  grams: Uint32Array
  gramWeights: Float32Array
} {
  const sums = new Map<number, number>()
  for (const stems of fields) {
    for (const stem of stems) {
      const rarity = wordRarity(stem)
      for (const gram of wordGrams(stem)) sums.set(gram, (sums.get(gram) ?? 0) + rarity)
    }
  }
  let total = 0
  for (const sum of sums.values()) total += sum
  const norm = Math.sqrt(total) || 1
  return {
    grams: Uint32Array.from(sums.keys()),
    gramWeights: Float32Array.from(sums.values(), (sum) => Math.sqrt(sum) / norm),
  }
}

function bigramsOf(stems: readonly string[]): string[] {
  return stems.slice(1).map((stem, i) => `${stems[i]!} ${stem}`)
}

function unitWeights(example: readonly string[]): { stems: string[]; weights: Float32Array } {
  const stems = [...new Set(example)]
  const weights = Float32Array.from(stems, wordRarity)
  normalise(weights)
  return { stems, weights }
}

/** How much each part of an item counts towards its meaning. */
const meaningWeights = {
  name: 1.5,
  tags: 1,
  description: 1,
  useCases: 1,
  partNames: 0.5,
  body: 0.3,
} as const
/** Only the body's beginning: the rest is detail. */
const meaningBodyStems = 150

function itemVector(
  vectors: WordVectors,
  fields: Record<keyof typeof meaningWeights, readonly string[]>,
): Float32Array {
  const weights = new Map<string, number>()
  for (const field of ['body', 'partNames', 'useCases', 'tags', 'description', 'name'] as const) {
    const stems = field === 'body' ? fields.body.slice(0, meaningBodyStems) : fields[field]
    for (const stem of stems) {
      weights.set(stem, Math.max(weights.get(stem) ?? 0, meaningWeights[field]))
    }
  }
  return sumVector(vectors, weights)
}

function sumVector(vectors: WordVectors, weights: ReadonlyMap<string, number>): Float32Array {
  const sum = new Float32Array(vectors.dimensions)
  for (const [stem, weight] of weights) {
    const row = vectors.rows.get(stem)
    if (row !== undefined) addWordVector(sum, vectors, row, weight)
  }
  normalise(sum)
  return sum
}
