/** Cuts a text to at most `max` UTF-16 units, never through a surrogate pair; what was cut ends in an ellipsis. */
export function clipText(text: string, max: number): string {
  if (text.length <= max) return text
  const head = text.slice(0, max - 1)
  return `${/[\uD800-\uDBFF]$/.test(head) ? head.slice(0, -1) : head}…`
}
