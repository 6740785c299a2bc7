/** One promise of a port. `run` rejects where the subject breaks it. */
export interface ConformanceCase<Subject> {
  readonly name: string
  readonly run: (create: () => Subject | Promise<Subject>) => Promise<void>
}

/** Rejects with what was expected and what came. */
export function expectSame(actual: unknown, expected: unknown, what: string): void {
  const came = JSON.stringify(actual)
  const wanted = JSON.stringify(expected)
  if (came !== wanted) throw new Error(`${what}: expected ${wanted}, came ${came}`)
}
