export type { Database, DatabaseEngine, OpenDatabase, Rows } from './database.ts'
export { openDatabase, type DatabaseSource } from './open-database.ts'
