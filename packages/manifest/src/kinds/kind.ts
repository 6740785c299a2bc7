/** Every kind of item a marketplace lists, in the order categories are shown. */
export const kinds = [
  'app',
  'skill',
  'widget',
  'theme',
  'plugin',
  'agent',
  'domain',
  'component',
  'persona',
] as const

/** One of the nine kinds of item. */
export type Kind = (typeof kinds)[number]

const pluralByKind: Readonly<Record<Kind, string>> = {
  app: 'apps',
  skill: 'skills',
  widget: 'widgets',
  theme: 'themes',
  plugin: 'plugins',
  agent: 'agents',
  domain: 'domains',
  component: 'components',
  persona: 'personas',
}
const kindByPlural: ReadonlyMap<string, Kind> = new Map(
  kinds.map((kind) => [pluralByKind[kind], kind]),
)

/** Answers the plural used in paths and category ids: `skill` → `skills`. */
export function pluralOfKind(kind: Kind): string {
  return pluralByKind[kind]
}

/** Answers the kind a path's category names (`skills` → `skill`), or `undefined` for any other word. */
export function kindOfPlural(plural: string): Kind | undefined {
  return kindByPlural.get(plural)
}

/** Answers whether a value is the name of one of the nine kinds. */
export function isKind(value: unknown): value is Kind {
  return typeof value === 'string' && Object.hasOwn(pluralByKind, value)
}
