import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { OpenDatabase } from '../src/db/index.ts'
import { databaseEngines, openTestPglite } from '../src/testing/test-database.ts'

const engines = [...(await databaseEngines()), { name: 'pglite' as const, open: openTestPglite }]

describe.each(engines)('on $name', ({ name, open }) => {
  let database: OpenDatabase
  beforeAll(async () => {
    database = await open()
  })
  afterAll(() => database.close())

  it('answers queries and says which engine it is', async () => {
    await database.ping()
    expect(database.engine).toBe(name)
    const { rows } = await database.db.execute<{ one: number }>(sql`select 1::int as one`)
    expect(rows).toEqual([{ one: 1 }])
  })

  it('runs a migration that was applied before without doing anything', async () => {
    await database.migrate()
    const { rows } = await database.db.execute<{ name: string }>(
      sql`select table_name as name from information_schema.tables where table_name = 'mothership_facts'`,
    )
    expect(rows).toHaveLength(1)
  })

  it('takes back a transaction that failed', async () => {
    const boom = database.db.transaction(async (tx) => {
      await tx.execute(sql`insert into mothership_facts (name, value) values ('half', '1')`)
      throw new Error('half way')
    })
    await expect(boom).rejects.toThrow('half way')
    const { rows } = await database.db.execute(
      sql`select from mothership_facts where name = 'half'`,
    )
    expect(rows).toEqual([])
  })

  it('knows letters beyond ASCII, sorts by code point where asked to, and has the extensions of search', async () => {
    await database.db.execute(sql`create extension if not exists pg_trgm`)
    await database.db.execute(sql`create extension if not exists unaccent`)
    const { rows } = await database.db.execute(
      sql`select lower('GRÖSSE') as lower, unaccent('café') as plain, similarity('größe', 'größen') > 0.5 as near,
        to_tsvector('simple', 'naïve')::text as words,
        (select string_agg(c, '' order by c collate "C") from unnest(array['b', 'A', 'a', 'B', '-']) as c) as sorted`,
    )
    expect(rows).toEqual([
      { lower: 'grösse', plain: 'cafe', near: true, words: "'naïve':1", sorted: '-ABab' },
    ])
  })
})
