import { and, asc, count, eq } from 'drizzle-orm'
import type { CategoryList, TopicList } from '@mothership/client/contract'
import { items } from '../../db/schema/catalog.ts'
import { categories } from '../../db/schema/categories.ts'
import type { Deps } from '../../ports/deps.ts'
import { listTopics } from './topics.ts'

/** The kinds of items there are. */
export interface CategoryService {
  /** All of them, in the order people should meet them. */
  list(): Promise<CategoryList>
  /** The topics of items, nested. */
  topics(): Promise<TopicList>
}

/** Makes the service. */
export function createCategories({ db }: Pick<Deps, 'db'>): CategoryService {
  return {
    topics: () => listTopics(db),
    list: async () => {
      const rows = await db
        .select({
          id: categories.id,
          kind: categories.kind,
          name: categories.name,
          description: categories.description,
          icon: categories.icon,
          item_count: count(items.slug),
        })
        .from(categories)
        .leftJoin(items, and(eq(items.kind, categories.kind), items.is_public))
        .groupBy(categories.id)
        .orderBy(asc(categories.sort_order), asc(categories.id))
      return { categories: rows }
    },
  }
}
