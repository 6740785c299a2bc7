import { inspectText, type TextRisk } from '../fencing/inspect-text.ts'
import type { ContextWarning, WarningCode } from '../assembled-context.ts'
import type { FencedText } from '../fencing/fence-text.ts'

/** Collects warnings while a prompt is being put together; the same finding twice is one with a count. */
export interface Findings {
  add(code: WarningCode, message: string, at?: Place, count?: number): void
  /** Notes what fencing had to do to a text. */
  fenced(text: FencedText, at: Place): void
  /** Notes what a third party's text might be up to. */
  inspected(text: string, at: Place): void
  list(): readonly ContextWarning[]
}

/** Where something was found. */
export interface Place {
  readonly slug?: string | undefined
  readonly path?: string | undefined
}

/** Fencing has removed or escaped these, and says so itself. */
const noted: ReadonlySet<TextRisk> = new Set([
  'hidden_characters',
  'fence_imitation',
  'role_markers',
])

/** Creates an empty collection. */
export function createFindings(): Findings {
  const found = new Map<string, { warning: ContextWarning; count: number | undefined }>()
  const add: Findings['add'] = (code, message, at = {}, count) => {
    const key = JSON.stringify([code, at.slug, at.path, message])
    const known = found.get(key)
    if (known) known.count = (known.count ?? 1) + (count ?? 1)
    else found.set(key, { warning: { code, message, ...at }, count })
  }
  return {
    add,
    fenced(text, at) {
      if (text.hiddenTotal > 0) {
        const kinds = Object.entries(text.hidden)
          .filter(([, count]) => count > 0)
          .map(([kind]) => kind.replaceAll('_', ' '))
        add(
          'hidden_characters',
          `removed hidden characters: ${kinds.join(', ')}`,
          at,
          text.hiddenTotal,
        )
      }
      if (text.fence > 0)
        add('fence_escaped', 'escaped text that looks like our delimiters', at, text.fence)
      if (text.markers > 0) {
        add('role_markers', 'neutralised role markers or special tokens', at, text.markers)
      }
    },
    inspected(text, at) {
      for (const { risk, count, line } of inspectText(text).findings) {
        if (noted.has(risk)) continue
        add('risky_text', `${risk.replaceAll('_', ' ')}, first in line ${line}`, at, count)
      }
    },
    list() {
      return [...found.values()].map(({ warning, count }) =>
        count === undefined ? warning : { ...warning, count },
      )
    },
  }
}
