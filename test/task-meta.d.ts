import 'vitest'

declare module 'vitest' {
  /** What a long test says of itself in its report: `task.meta.runs = 100_000`. */
  interface TaskMeta {
    /** What its random inputs were drawn from; `npm run test:long -- AREA --seed N` sets MOTHERSHIP_TEST_SEED. */
    seed?: number
    /** How many inputs it tried. */
    runs?: number
  }
}
