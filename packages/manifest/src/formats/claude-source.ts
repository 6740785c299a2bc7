import { isJsonObject, type JsonValue } from '../json/json-value.ts'
import type { ManifestSource } from '../manifest/manifest.ts'
import { insidePath } from './claude-parts.ts'
import { asLine, textField } from './foreign-json.ts'

/** Where a marketplace entry's plugin lies. Commands are data here: nothing runs them. */
export type ClaudeSource =
  | { type: 'local'; path: string }
  | { type: 'remote'; source: ManifestSource; commit?: string; archiveSha256?: string }
  | { type: 'invalid'; reason: string }

/** Reads the `source` of a marketplace entry, all kinds of it. */
export function readClaudeSource(
  value: JsonValue | undefined,
  pluginRoot: string | undefined,
): ClaudeSource {
  if (typeof value === 'string') return localSource(value, pluginRoot)
  if (!isJsonObject(value))
    return {
      type: 'invalid',
      reason: 'expected source to be a path or an object, got another value',
    }
  const kind = textField(value['source'])
  const url = textField(value['url'])
  const repo = textField(value['repo'])
  const path = textField(value['path'])
  const commit = textField(value['sha'])
  const isCommit = commit !== undefined && /^[0-9a-f]{40}$/.test(commit)
  const place = {
    ...(url === undefined ? {} : { url: url.slice(0, 2048) }),
    ...(repo === undefined ? {} : { repo: asLine(repo, 256) }),
    ...(path === undefined ? {} : { path: path.slice(0, 1024) }),
    ...(isCommit ? { commit } : {}),
  }
  switch (kind) {
    case 'github':
      return repo === undefined ? lacking(kind, 'repo') : remote('github', place)
    case 'url':
      return url === undefined ? lacking(kind, 'url') : remote('git', place)
    case 'git-subdir':
      return url === undefined || path === undefined
        ? lacking(kind, 'url and path')
        : remote('git-subdir', place)
    case 'npm': {
      const name = textField(value['package'])
      return name === undefined
        ? lacking(kind, 'package')
        : remote('npm', { ...place, repo: asLine(name, 256) })
    }
    case 'archive': {
      const digest = textField(value['sha256'])
      if (url === undefined) return lacking(kind, 'url')
      const answer = remote('archive', place)
      return digest !== undefined && /^[0-9a-f]{64}$/.test(digest)
        ? { ...answer, archiveSha256: digest }
        : answer
    }
    case 'command':
      return remote('command', {})
    default:
      return {
        type: 'invalid',
        reason: `expected a known kind of source, got ${JSON.stringify(asLine(kind ?? 'none', 60))}`,
      }
  }
}

/** Twelve digits of the commit or archive make a version where nobody wrote one. */
export function versionOfSource(source: ClaudeSource): string {
  const digest = source.type === 'remote' ? (source.commit ?? source.archiveSha256) : undefined
  return digest === undefined ? '0.0.0' : `0.0.0-g${digest.slice(0, 12)}`
}

function localSource(text: string, pluginRoot: string | undefined): ClaudeSource {
  const isBare = !text.startsWith('.') && !text.includes('/')
  const inside = insidePath(isBare && pluginRoot !== undefined ? `${pluginRoot}/${text}` : text)
  return inside === undefined
    ? {
        type: 'invalid',
        reason: `expected a source inside the repository, got ${JSON.stringify(asLine(text, 80))}`,
      }
    : { type: 'local', path: inside }
}

function remote(
  type: string,
  place: { url?: string; repo?: string; path?: string; commit?: string },
): { type: 'remote'; source: ManifestSource; commit?: string } {
  return {
    type: 'remote',
    source: { type, ...place },
    ...(place.commit === undefined ? {} : { commit: place.commit }),
  }
}

function lacking(kind: string, fields: string): ClaudeSource {
  return { type: 'invalid', reason: `expected ${fields} in a source of kind ${kind}, got none` }
}
