export {
  type CatalogueSnapshot,
  catalogueSnapshot,
  type SnapshotItem,
} from './catalogue-snapshot.ts'
export { type EntitlementDocument, entitlementDocument } from './entitlement.ts'
export {
  type KeyProofInput,
  keyProofMessage,
  keyProofType,
  type KeyStatement,
  parseKeyStatement,
  proveKey,
  verifyKeyProof,
} from './key-statement.ts'
export { type ReleaseRecord, releaseRecord } from './release-record.ts'
export { type Revocation, type RevocationList, revocationList } from './revocation-list.ts'
export type {
  DocumentDefinition,
  DocumentRefusal,
  DocumentVerdict,
  Signed,
  VerifyDocumentOptions,
} from './signed-document.ts'
export { type UsageEntry, type UsageWindow, usageWindow } from './usage-window.ts'
