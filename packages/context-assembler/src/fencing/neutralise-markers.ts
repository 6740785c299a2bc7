/** A text in which nothing can pass for the end of a section or for another speaker. */
export interface NeutralText {
  readonly text: string
  /** Places where the text held one of our own delimiters. */
  readonly fence: number
  /** Role markers and special tokens of models. */
  readonly markers: number
}

/**
 * Escapes, so that the same text always gives the same bytes:
 * - our own delimiters: any `<` before `mothership`, slashes and spaces between them included, becomes `&lt;`;
 * - tags that frame turns or tool calls in today's models (`<system>`, `</function_calls>`): `&lt;`;
 * - special tokens (`<|im_start|>`, `[INST]`, `<<SYS>>`, `<start_of_turn>`): broken by a backslash or `&lt;`;
 * - role markers that open a line (`Human:`, `### System:`): `Human\:`.
 *
 * Expects text without hidden characters (`removeHiddenCharacters`), or a marker could be written around them.
 */
export function neutraliseMarkers(text: string): NeutralText {
  let fence = 0
  let markers = 0
  if (!mayHoldMarker.test(text)) return { text, fence, markers }
  const neutral = text
    .replace(ownDelimiter, (_found: string, rest: string) => {
      fence += 1
      return `&lt;${rest}`
    })
    .replace(framingTag, (_found: string, rest: string) => {
      markers += 1
      return `&lt;${rest}`
    })
    .replace(specialToken, (found: string) => {
      markers += 1
      return found.startsWith('<<') ? found.replaceAll('<', '&lt;') : breakToken(found)
    })
    .replace(roleMarker, (_found: string, role: string, colon: string) => {
      markers += 1
      return `${role}\\${colon}`
    })
  return { text: neutral, fence, markers }
}

const mayHoldMarker = /[<＜﹤‹〈⟨[［:：｜]/

// Wide and small forms of the signs read the same to a model, so they count as the signs.
const ownDelimiter = /[<＜﹤‹〈⟨]([\s/／⁄∕\\]*mothership)/gi

const framingTag =
  /[<＜﹤]([\s/／]*(?:antml:)?(?:system(?:[-_](?:reminder|prompt|message|instructions?))?|assistant|developer|human|user|function_calls?|function_results?|invoke|parameter|tool_(?:calls?|use|results?|response|outputs?)|thinking|start_of_turn|end_of_turn|bos|eos|pad|unk|s)(?=[\s/>＞]))/gi

const specialToken =
  /[<＜][|｜][^\n<>|｜]{1,40}[|｜][>＞]|<<\/?SYS>>|\[\/?(?:INST|SYSTEM_PROMPT|AVAILABLE_TOOLS|TOOL_CALLS|TOOL_RESULTS)\]/gi

const roleMarker =
  /^([ \t>*_#-]{0,8}(?:human|assistant|user|system|developer|tool|ai)[ \t]{0,4}[*_]{0,3})([:：])/gim

function breakToken(token: string): string {
  if (token.startsWith('[')) return `[\\${token.slice(1)}`
  return token.replaceAll(/[|｜]/g, (bar) => `\\${bar}`)
}
