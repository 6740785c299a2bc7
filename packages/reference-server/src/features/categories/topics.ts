import { type SQL, sql } from 'drizzle-orm'
import type { Topic, TopicList } from '@mothership/client/contract'
import type { Database } from '../../db/index.ts'
import { items } from '../../db/schema/catalog.ts'
import { topics } from '../../db/schema/categories.ts'

/** Ids of a topic and of everything within it, as a subquery; a topic that no table knows is still itself. */
export function topicAndWithin(id: string): SQL {
  return sql`(
    with recursive within (id) as (
      select ${id}::text
      union
      select ${topics.id} from ${topics} join within on ${topics.parent_id} = within.id)
    select id from within)`
}

/** All topics, with the items of each and of those within it. */
export async function listTopics(db: Database): Promise<TopicList> {
  const { rows } = await db.execute<Pick<Topic, keyof Topic>>(sql`
    with recursive within (top, id) as (
      select ${topics.id}, ${topics.id} from ${topics}
      union
      select within.top, ${topics.id} from ${topics} join within on ${topics.parent_id} = within.id)
    select t.id, t.parent_id, t.name, t.icon, t.sort_order,
      (select count(*)::int from ${items} join within on ${items.category} = within.id
        where within.top = t.id and ${items.is_public}) as item_count
    from ${topics} t order by t.sort_order, t.id collate "C"`)
  return {
    topics: rows.map(({ id, parent_id, name, icon, sort_order, item_count }) => {
      return { id, parent_id, name, icon, sort_order, item_count }
    }),
  }
}
