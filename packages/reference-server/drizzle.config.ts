import { defineConfig } from 'drizzle-kit'

// `pnpm --filter @mothership/reference-server db:generate [--name what_changes]` writes the next migration from the
// tables in src/db/schema. Migrations only go forward; one that was released is never edited.
export default defineConfig({
  dialect: 'postgresql',
  schema: './src/db/schema/*.ts',
  out: './src/db/migrations',
  migrations: { prefix: 'index' },
})
