import type { Import } from './read-imports.ts'

/** The import table of ARCHITECTURE.md. */
interface PackageRule {
  /** Packages of ours that it may import; `types` when only their types. */
  mayImport: Readonly<Record<string, 'values' | 'types'>>
  /** Whether it may touch the machine through Node's own modules. */
  builtIns: boolean
}

const rules: Readonly<Record<string, PackageRule>> = {
  manifest: { mayImport: {}, builtIns: true },
  client: { mayImport: { manifest: 'values' }, builtIns: true },
  'installer-core': { mayImport: { manifest: 'values' }, builtIns: true },
  'context-assembler': { mayImport: { manifest: 'types' }, builtIns: false },
  'reference-server': {
    mayImport: {
      manifest: 'values',
      client: 'values',
      'installer-core': 'values',
      'context-assembler': 'values',
    },
    builtIns: true,
  },
}

/** What the entry for browsers, edges and workers may reach besides our own files: libraries that run everywhere. */
const universalEntry = 'packages/manifest/src/index.ts'
const universalLibraries = new Set(['@noble/ed25519', '@noble/hashes', 'semver', 'yaml', 'zod'])

/** `entries`: per package of ours the public entries that its package.json exports. */
export function findViolations(
  imports: readonly Import[],
  entries: Readonly<Record<string, readonly string[]>>,
): string[] {
  return [
    ...imports.flatMap((found) => judgeImport(found, entries)),
    ...findPlatformImports(imports),
    ...findCycles(imports),
    ...findPackageCycles(imports),
  ]
}

function judgeImport(
  { from, specifier, typeOnly, target }: Import,
  entries: Readonly<Record<string, readonly string[]>>,
): string[] {
  const say = (what: string): string[] => [`${from} imports "${specifier}": ${what}`]
  const owner = packageOf(from)
  const rule = owner ? rules[owner] : undefined
  switch (target.kind) {
    case 'unknown':
      return say('it leads to no file and no package that can be told')
    case 'file':
      return rootOf(target.path) === rootOf(from)
        ? []
        : say('another package is imported by its name, never by its path')
    case 'built-in':
      return rule && !rule.builtIns ? say(`${owner} does no I/O of its own`) : []
    case 'library':
      return []
    case 'own package': {
      if (!isExported(target.entry, entries[target.name] ?? [])) {
        return say('this is not a public entry')
      }
      if (!owner) return []
      if (!rule) return say(`no import rule knows the package ${owner}`)
      const allowed = rule.mayImport[target.name]
      if (!allowed) return say(`${owner} may not import ${target.name}`)
      if (allowed === 'types' && !typeOnly) return say(`${owner} may import its types only`)
      return []
    }
    default:
      return target satisfies never
  }
}

/** An entry is exported under its name, or by a pattern such as `./schemas/*.json`. */
function isExported(entry: string, exported: readonly string[]): boolean {
  return exported.some((pattern) => {
    const [start = '', end] = pattern.split('*')
    if (end === undefined) return entry === pattern
    return entry.startsWith(start) && entry.endsWith(end) && !entry.includes('..')
  })
}

/** Everything reachable from the manifest's root entry runs without Node. */
function findPlatformImports(imports: readonly Import[]): string[] {
  const byFile = groupByFile(imports.filter(({ typeOnly }) => !typeOnly))
  const reached = new Set<string>()
  const waiting = [universalEntry]
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    if (reached.has(file)) continue
    reached.add(file)
    for (const { target } of byFile.get(file) ?? []) {
      if (target.kind === 'file') waiting.push(target.path)
    }
  }
  return imports.flatMap(({ from, specifier, typeOnly, target }) => {
    if (typeOnly || !reached.has(from)) return []
    if (target.kind === 'built-in') {
      return [`${from} imports "${specifier}", and manifest's root entry reaches it`]
    }
    if (target.kind === 'library' && !universalLibraries.has(target.name)) {
      return [
        `${from} imports "${specifier}", and manifest's root entry reaches it: not known to run everywhere`,
      ]
    }
    return []
  })
}

/** Cycles between files of a package, type imports included: two files that need each other are one thing. */
function findCycles(imports: readonly Import[]): string[] {
  const edges = new Map<string, Set<string>>()
  for (const { from, target } of imports) {
    if (target.kind !== 'file') continue
    edges.set(from, (edges.get(from) ?? new Set()).add(target.path))
  }
  return cyclesOf(edges).map((cycle) => `files import each other in a circle: ${cycle}`)
}

function findPackageCycles(imports: readonly Import[]): string[] {
  const edges = new Map<string, Set<string>>()
  for (const { from, target } of imports) {
    const owner = packageOf(from)
    if (!owner || target.kind !== 'own package') continue
    edges.set(owner, (edges.get(owner) ?? new Set()).add(target.name))
  }
  return cyclesOf(edges).map((cycle) => `packages import each other in a circle: ${cycle}`)
}

/** One line for each place where a walk along the edges comes back to a node it is still on. */
function cyclesOf(edges: ReadonlyMap<string, ReadonlySet<string>>): string[] {
  const cycles: string[] = []
  const done = new Set<string>()
  const path: string[] = []
  const visit = (node: string): void => {
    if (path.includes(node)) {
      cycles.push([...path.slice(path.indexOf(node)), node].join(' → '))
      return
    }
    if (done.has(node)) return
    path.push(node)
    for (const next of edges.get(node) ?? []) visit(next)
    path.pop()
    done.add(node)
  }
  for (const node of edges.keys()) visit(node)
  return cycles
}

function groupByFile(imports: readonly Import[]): Map<string, Import[]> {
  const byFile = new Map<string, Import[]>()
  for (const found of imports) byFile.set(found.from, [...(byFile.get(found.from) ?? []), found])
  return byFile
}

/** `packages/NAME` or `examples/NAME`. */
function rootOf(path: string): string {
  return path.split('/').slice(0, 2).join('/')
}

function packageOf(path: string): string | undefined {
  return /^packages\/([^/]+)\//.exec(path)?.[1]
}
