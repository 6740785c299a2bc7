import type { CallOptions, Loose } from './call.ts'
import type { ItemListQuery } from './contract/index.ts'
import type { Unavailable } from './degrade.ts'
import type { EmptyItemPage, FoundItem, ItemPage, ItemsApi, MissingItem } from './items.ts'

type Fetch<Note> = (
  query?: Loose<ItemListQuery>,
  options?: CallOptions,
) => Promise<ItemPage | EmptyItemPage<Note>>

type Get<Note> = (slug: string, options?: CallOptions) => Promise<FoundItem | MissingItem<Note>>

/** Familiar names for `list` and `get`. Without a credential they answer empty, whatever `requireToken` says. */
export interface SourceCalls<Note = Unavailable> {
  readonly fetchAgents: Fetch<Note>
  readonly getAgentTemplate: Get<Note>
  readonly fetchDomains: Fetch<Note>
  readonly getDomainTemplate: Get<Note>
  readonly fetchComponents: Fetch<Note>
  readonly getComponentDetails: Get<Note>
  readonly fetchSkills: Fetch<Note>
  readonly getSkillById: Get<Note>
}

/** The catalogues the familiar names stand for. */
export interface SourceCatalogues<Note> {
  readonly agents: ItemsApi<Note>
  readonly domains: ItemsApi<Note>
  readonly components: ItemsApi<Note>
  readonly skills: ItemsApi<Note>
}

/** Makes {@link SourceCalls}. */
export function createSourceCalls<Note>(catalogues: SourceCatalogues<Note>): SourceCalls<Note> {
  const { agents, domains, components, skills } = catalogues
  const list =
    (items: ItemsApi<Note>): Fetch<Note> =>
    (query, options) =>
      items.list(query, { ...options, requireToken: true })
  const get =
    (items: ItemsApi<Note>): Get<Note> =>
    (slug, options) =>
      items.get(slug, { ...options, requireToken: true })
  return {
    fetchAgents: list(agents),
    getAgentTemplate: get(agents),
    fetchDomains: list(domains),
    getDomainTemplate: get(domains),
    fetchComponents: list(components),
    getComponentDetails: get(components),
    fetchSkills: list(skills),
    getSkillById: get(skills),
  }
}
