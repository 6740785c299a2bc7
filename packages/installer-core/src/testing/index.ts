export { adapterConformance } from './adapter-conformance.ts'
export type { AdapterCase, AdapterFixture } from './adapter-conformance.ts'
export { ledgerConformance } from './ledger-conformance.ts'
export type { LedgerCase } from './ledger-conformance.ts'
