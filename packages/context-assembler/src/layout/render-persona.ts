import type { ContextInput, Persona } from '../context-input.ts'
import { cutText } from '../budget/cut-text.ts'
import { fenceText, section } from '../fencing/fence-text.ts'
import { removeHiddenCharacters } from '../fencing/hidden-characters.ts'
import type { Tokenizer } from '../tokens/tokenizer.ts'
import { fillVariables } from './fill-variables.ts'
import type { Findings } from './findings.ts'

/**
 * The persona as the prompt's beginning. A custom persona is the host's own word and stands as it is, made valid
 * Unicode; one from the marketplace is fenced and cut to `maxTokens`.
 */
export function renderPersona(
  given: ContextInput['persona'],
  maxTokens: number,
  tokenizer: Tokenizer,
  findings: Findings,
): string {
  const persona: Persona = typeof given === 'string' ? { text: given } : (given ?? { text: '' })
  const at = { slug: persona.slug, path: 'persona' }
  const filled = fillVariables(persona.text, persona.variables)
  for (const name of filled.undeclared) {
    findings.add('undeclared_variable', `left \${${name}} as it is: not declared`, at)
  }
  if (persona.origin !== 'marketplace') return removeHiddenCharacters(filled.text).text.trim()
  const fenced = fenceText(filled.text.trim())
  findings.fenced(fenced, at)
  if (fenced.text === '') return ''
  const shown = cutText(fenced.text, maxTokens, tokenizer)
  if (shown.cut) findings.add('cut', `cut the persona to ${shown.tokens} tokens`, at)
  return section('persona', { slug: persona.slug }, shown.text)
}
