export { openEmbeddedPostgres, type OpenEmbeddedDatabase } from './open-embedded-postgres.ts'
export { findBinaries } from './binaries.ts'
export { startCluster, type ClusterOptions, type RunningCluster } from './start-cluster.ts'
