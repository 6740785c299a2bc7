import {
  nothingHidden,
  removeHiddenCharacters,
  type HiddenCharacterCounts,
} from './hidden-characters.ts'
import { neutraliseMarkers } from './neutralise-markers.ts'

/** Third-party text made safe to stand in a section. */
export interface FencedText {
  readonly text: string
  readonly hidden: HiddenCharacterCounts
  readonly hiddenTotal: number
  readonly fence: number
  readonly markers: number
}

/** Makes third-party text safe to stand in a section: hidden characters out, delimiters and role markers escaped. */
export function fenceText(text: string): FencedText {
  const visible = removeHiddenCharacters(text)
  const neutral = neutraliseMarkers(visible.text)
  return {
    text: neutral.text,
    hidden: visible.removed,
    hiddenTotal: visible.total,
    fence: neutral.fence,
    markers: neutral.markers,
  }
}

/** The same for what must stay on one line: line ends become spaces, runs of spaces one. */
export function fenceLine(text: string): FencedText {
  if (text === '') return { text, hidden: nothingHidden, hiddenTotal: 0, fence: 0, markers: 0 }
  const visible = removeHiddenCharacters(text)
  const neutral = neutraliseMarkers(visible.text.replaceAll(/\s+/g, ' ').trim())
  return {
    text: neutral.text,
    hidden: visible.removed,
    hiddenTotal: visible.total,
    fence: neutral.fence,
    markers: neutral.markers,
  }
}

/** A section around text that `fenceText` made safe. Attribute values are escaped here. */
export function section(
  name: string,
  attributes: Readonly<Record<string, string | undefined>>,
  text: string,
): string {
  return `${openSection(name, attributes)}\n${text}\n${closeSection(name)}`
}

/** The opening delimiter of a section. */
export function openSection(
  name: string,
  attributes: Readonly<Record<string, string | undefined>>,
): string {
  let open = `<mothership-${name}`
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== undefined) open += ` ${key}="${escapeAttribute(value)}"`
  }
  return `${open}>`
}

/** The closing delimiter of a section. */
export function closeSection(name: string): string {
  return `</mothership-${name}>`
}

function escapeAttribute(value: string): string {
  return fenceLine(value)
    .text.replaceAll('&', '&amp;')
    .replaceAll('"', '&quot;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
}
