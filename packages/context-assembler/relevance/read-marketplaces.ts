// Reads the texts of the marketplace archives: inert data, looked at for statistics only.
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'

export interface MarketplaceFile {
  readonly archive: string
  readonly path: string
  readonly text: string
}

/** Archives whose licence allows use (MIT, Apache-2.0) and which hold component files; see the data's own README. */
export const permissiveArchives: readonly string[] = [
  'ComposioHQ__awesome-claude-skills',
  'EveryInc__compound-engineering-plugin',
  'alirezarezvani__claude-skills',
  'anthropics__claude-plugins-official',
  'anthropics__knowledge-work-plugins',
  'anthropics__skills',
  'ccplugins__awesome-claude-code-plugins',
  'davepoon__buildwithclaude',
  'davila7__claude-code-templates',
  'fork-the-planet__anthropics___claude-plugins-community',
  'obra__superpowers',
  'openclaw__skills',
  'pleaseai__claude-code-plugins',
  'secondsky__claude-skills',
  'sickn33__antigravity-awesome-skills',
  'vercel-labs__agent-skills',
  'wshobson__agents',
]

/** Every Markdown and JSON file of the archives, in a fixed order. Default: all permissive ones. */
export function* readMarketplaces(
  folder: string,
  archives: readonly string[] = permissiveArchives,
): Generator<MarketplaceFile> {
  const present = new Set(readdirSync(folder))
  for (const archive of archives) {
    const name = `${archive}.tar.gz`
    if (!present.has(name)) continue
    for (const file of readTar(gunzipSync(readFileSync(join(folder, name))))) {
      if (/\.(?:md|json)$/i.test(file.path)) yield { archive, ...file }
    }
  }
}

function* readTar(bytes: Buffer): Generator<{ path: string; text: string }> {
  let longPath: string | undefined
  for (let at = 0; at + 512 <= bytes.length && bytes[at] !== 0;) {
    const field = (from: number, length: number): string =>
      bytes.toString('utf8', at + from, at + from + length).replace(/\0.*$/s, '')
    const size = Number.parseInt(field(124, 12), 8)
    const type = field(156, 1)
    const prefix = field(345, 155)
    const data = bytes.subarray(at + 512, at + 512 + size)
    if (type === 'x') longPath = /\d+ path=([^\n]*)\n/.exec(data.toString('utf8'))?.[1]
    else {
      if (type === '0' || type === '') {
        const path = longPath ?? (prefix ? `${prefix}/${field(0, 100)}` : field(0, 100))
        yield { path, text: data.toString('utf8') }
      }
      longPath = undefined
    }
    at += 512 + Math.ceil(size / 512) * 512
  }
}
