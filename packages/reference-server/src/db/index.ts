export type { Database, OpenDatabase } from './database.ts'
export { openDatabase, type DatabaseSource } from './open-database.ts'
