export { openEmbeddedPostgres, type OpenEmbeddedDatabase } from './open-embedded-postgres.ts'
export { findBinaries } from './binaries.ts'
export { startCluster } from './start-cluster.ts'
