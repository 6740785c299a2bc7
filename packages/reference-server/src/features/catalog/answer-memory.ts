/** Answers kept: a kind's first pages and its common searches. */
const maxAnswers = 256

/**
 * Remembers answers by their key, the least lately asked for going first. Two that ask at once wait for one answer; one
 * that failed is asked for again.
 */
export function createAnswerMemory(
  max = maxAnswers,
): <Answer>(key: string, ask: () => Promise<Answer>) => Promise<Answer> {
  const kept = new Map<string, Promise<unknown>>()
  return <Answer>(key: string, ask: () => Promise<Answer>): Promise<Answer> => {
    const known = kept.get(key)
    const answer = known ?? ask()
    kept.delete(key)
    kept.set(key, answer)
    if (known === undefined) {
      answer.catch(() => kept.get(key) === answer && kept.delete(key))
      const [oldest] = kept.keys()
      if (kept.size > max && oldest !== undefined) kept.delete(oldest)
    }
    return answer as Promise<Answer> // A key is asked by one kind of question.
  }
}
