import type { TrustFinding, TrustVerdict } from '../ports/trust-policy.ts'

/** A check that found nothing wrong. */
export function passed(rule: string, message: string): TrustFinding {
  return { rule, passed: true, message }
}

/** A check that refuses. */
export function failed(rule: string, message: string): TrustFinding {
  return { rule, passed: false, message }
}

/** A verdict in words, one line a check, for a person who wants to know why. */
export function explainVerdict(verdict: TrustVerdict): string {
  const lines = verdict.findings.map(
    ({ passed: good, rule, message }) => `${good ? 'ok ' : 'NO '} ${rule}: ${message}`,
  )
  return [verdict.allowed ? 'Allowed.' : `Refused: ${verdict.message}`, ...lines].join('\n')
}
