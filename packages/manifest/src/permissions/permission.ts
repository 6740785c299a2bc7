import { ManifestError } from '../errors.ts'
import type { Kind } from '../kinds/kind.ts'
import { grammarByKind } from './grammar-by-kind.ts'
import type {
  Capability,
  PermissionForm,
  PermissionGrammar,
  PermissionParts,
} from './permission-form.ts'

/** One permission, understood. */
export interface ParsedPermission {
  permission: string
  /** Name of the form it has. */
  form: string
  parts: PermissionParts
}

/** What changed between two versions' permissions. */
export interface PermissionDiff {
  added: string[]
  removed: string[]
  /** A permission that grew: asks for consent like an added one. */
  widened: { from: string; to: string }[]
  narrowed: { from: string; to: string }[]
}

/** A kind, or a grammar of one's own for kinds a host defines. */
export type GrammarSource = Kind | PermissionGrammar

/**
 * Reads one permission by its kind's grammar.
 * @throws {ManifestError} `invalid_permission`, naming what the kind may ask for
 */
export function parsePermission(source: GrammarSource, permission: string): ParsedPermission {
  const found = findForm(grammarOf(source), permission)
  if (found === undefined) {
    throw new ManifestError(
      'invalid_permission',
      `expected ${describeGrammar(source)}, got ${JSON.stringify(clip(permission))}: correct or remove it`,
    )
  }
  return { permission, form: found.form.name, parts: found.parts }
}

/** Answers whether a kind may ask for a permission at all. */
export function isPermission(source: GrammarSource, permission: string): boolean {
  return findForm(grammarOf(source), permission) !== undefined
}

/**
 * Says in one sentence what a permission lets an item do. What the grammar does not know is named as that, so that a screen
 * never stays empty.
 */
export function explainPermission(source: GrammarSource, permission: string): string {
  const found = findForm(grammarOf(source), permission)
  return found === undefined
    ? `Asks for “${clip(permission)}”, which items of this kind cannot have.`
    : found.form.explain(found.parts)
}

/**
 * Says what the isolation layer has to allow for a list of permissions, one capability each.
 * @throws {ManifestError} `invalid_permission`
 */
export function capabilitiesOf(
  source: GrammarSource,
  permissions: readonly string[],
): Capability[] {
  const grammar = grammarOf(source)
  return permissions.map((permission) => {
    const found = findForm(grammar, permission)
    if (found !== undefined) return found.form.capability(found.parts)
    throw new ManifestError(
      'invalid_permission',
      `expected ${describeGrammar(source)}, got ${JSON.stringify(clip(permission))}: correct or remove it`,
    )
  })
}

/**
 * Compares what two versions ask for. A new permission that includes an old one is `widened`; one an old one includes is
 * `narrowed`; the rest is `added` and `removed`. Unknown texts are compared as they stand.
 */
export function diffPermissions(
  from: readonly string[],
  to: readonly string[],
  source: GrammarSource,
): PermissionDiff {
  const grammar = grammarOf(source)
  const gone = from.filter((permission) => !to.includes(permission))
  const come = to.filter((permission) => !from.includes(permission))
  const widened: { from: string; to: string }[] = []
  const narrowed: { from: string; to: string }[] = []
  const accounted = new Set<string>()
  const added: string[] = []
  for (const permission of new Set(come)) {
    const holder = from.find((old) => permissionIncludes(grammar, old, permission))
    const grown = gone.filter((old) => permissionIncludes(grammar, permission, old))
    if (holder !== undefined) narrowed.push({ from: holder, to: permission })
    else if (grown.length > 0) widened.push(...grown.map((old) => ({ from: old, to: permission })))
    else added.push(permission)
    for (const old of holder === undefined ? grown : [holder]) accounted.add(old)
  }
  const removed = [...new Set(gone)].filter((permission) => !accounted.has(permission))
  return { added, removed, widened, narrowed }
}

/** Answers whether whoever was granted the first needs no consent for the second. */
export function permissionIncludes(source: GrammarSource, granted: string, asked: string): boolean {
  if (granted === asked) return true
  const grammar = grammarOf(source)
  const wide = findForm(grammar, granted)
  const narrow = findForm(grammar, asked)
  if (wide === undefined || narrow === undefined || wide.form !== narrow.form) return false
  return wide.form.includes?.(wide.parts, narrow.parts) ?? false
}

/** One regular expression for all of a grammar's permissions, without named groups: the `pattern` of the JSON Schema. */
export function grammarPattern(grammar: PermissionGrammar): RegExp {
  const forms = grammar.map((form) => form.pattern.replaceAll(/\(\?<[a-z]+>/g, '(?:'))
  return new RegExp(`^(?:${forms.join('|')})$`)
}

/** The forms a kind allows, for people. */
export function describeGrammar(source: GrammarSource): string {
  const grammar = grammarOf(source)
  if (grammar.length === 0) return 'no permissions at all'
  return `one of ${grammar.map((form) => form.syntax).join(', ')}`
}

function findForm(
  grammar: PermissionGrammar,
  permission: string,
): { form: PermissionForm; parts: PermissionParts } | undefined {
  if (permission.length > maxPermissionLength) return undefined
  for (const form of grammar) {
    const match = compiled(form).exec(permission)
    if (match === null) continue
    const parts: PermissionParts = { ...match.groups }
    if (form.accepts?.(parts) ?? true) return { form, parts }
  }
  return undefined
}

/** Room for a command's path or a long host; every part has its own, tighter bound. */
const maxPermissionLength = 512

const expressions = new WeakMap<PermissionForm, RegExp>()

function compiled(form: PermissionForm): RegExp {
  const known = expressions.get(form)
  if (known !== undefined) return known
  const expression = new RegExp(`^(?:${form.pattern})$`)
  expressions.set(form, expression)
  return expression
}

function grammarOf(source: GrammarSource): PermissionGrammar {
  return typeof source === 'string' ? grammarByKind[source] : source
}

function clip(text: string): string {
  return text.length > 80 ? `${text.slice(0, 80)}…` : text
}
