/** A piece of a text at whose end the text may be cut. Joined, the pieces are the text. */
export interface TextSegment {
  readonly text: string
  /** Code blocks are taken whole or not at all. */
  readonly code: boolean
}

/**
 * Splits Markdown where it may be cut: after code blocks, paragraphs, list entries, table rows and sentences.
 * Never inside a code block; an unclosed block reaches to the end of the text.
 */
export function textSegments(text: string): TextSegment[] {
  const segments: TextSegment[] = []
  let fence: string | undefined
  let block = ''
  let prose = ''
  const flushProse = (): void => {
    if (prose !== '')
      for (const piece of sentences(prose)) segments.push({ text: piece, code: false })
    prose = ''
  }
  for (const line of linesOf(text)) {
    if (fence !== undefined) {
      block += line
      if (closes(line, fence)) {
        segments.push({ text: block, code: true })
        fence = undefined
        block = ''
      }
      continue
    }
    const opening = /^\s*(?:(?:[-*+>]|\d+[.)])\s+)*(`{3,}|~{3,})/.exec(line)?.[1]
    if (opening !== undefined && !(opening[0] === '`' && line.trim().slice(3).includes('`'))) {
      flushProse()
      fence = opening
      block = line
      continue
    }
    prose += line
    if (/^\s*(?:$|#|[-*+|>]|\d+[.)])/.test(line)) flushProse()
  }
  if (block !== '') segments.push({ text: block, code: true })
  flushProse()
  return segments
}

function linesOf(text: string): string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? []
}

function closes(line: string, fence: string): boolean {
  const trimmed = line.replace(/^[\s>]+/, '').trimEnd()
  const mark = fence[0]!
  if (trimmed.length < fence.length) return false
  for (const character of trimmed) if (character !== mark) return false
  return true
}

/** Cuts after sentence ends that are followed by white space; CJK full stops need none. */
function sentences(prose: string): string[] {
  return prose.match(/[\s\S]+?(?:[.!?…](?:["'”’)\]*_`]*)\s+|[。！？]|\n+|$)/g) ?? []
}
