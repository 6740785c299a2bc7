/** What a scorer may look at. `id` comes back in the ranking. */
export interface ScorableItem {
  readonly id: string
  readonly name: string
  readonly slug?: string | undefined
  readonly description?: string | undefined
  readonly tags?: readonly string[] | undefined
  readonly use_cases?: readonly string[] | undefined
  /** Prompts that should choose this item. */
  readonly examples?: readonly string[] | undefined
  /** Skills of a plugin. */
  readonly skills?: readonly ScorablePart[] | undefined
  /** Commands of a plugin. */
  readonly commands?: readonly ScorablePart[] | undefined
  readonly body?: string | undefined
  /** Name and description in other languages, by language. */
  readonly locales?: Readonly<Record<string, LocaleText>> | undefined
}

/** An item's texts in one language. */
export interface LocaleText {
  readonly name?: string | undefined
  readonly description?: string | undefined
}

/** A named part of a plugin. */
export interface ScorablePart {
  readonly name: string
  readonly description?: string | undefined
}

/** An item's place in a ranking. Higher scores are better; equal scores stand by priority. */
export interface RankedItem {
  readonly id: string
  readonly score: number
}

/** Items made ready to be ranked against any number of tasks. */
export interface Ranking {
  /** Scores up to this mean that an item does not fit. Default 0. */
  readonly threshold?: number | undefined
  /** Best first. Default limit: all items. */
  rank(task: string, options?: { readonly limit?: number | undefined }): readonly RankedItem[]
}

/** A way to choose: items in, in order of priority, a ranking out. Must be deterministic. */
export type Scorer = (items: readonly ScorableItem[]) => Ranking
