export { createInstaller } from './create-installer.ts'
export type { CallOptions, Installer, InstallerOptions } from './create-installer.ts'
export { InstallerError } from './errors.ts'
export type {
  InstallerErrorCode,
  InstallerErrorDetails,
  InstallerOutcome,
  InstallStage,
} from './errors.ts'

export { readArchive } from '@mothership/manifest/archive'
export { unpackArchive } from './archive/unpack-archive.ts'
export type { UnpackOptions, UnpackResult } from './archive/unpack-archive.ts'

export type { InstallerEvent, ProgressEvent } from './pipeline/engine.ts'
export type { InstallResult } from './pipeline/install.ts'
export type { InstallOptions } from './pipeline/prepare-install.ts'
export type { RepairResult } from './pipeline/repair.ts'
export type { UpdateOptions, UpdateResult } from './pipeline/update.ts'
export type { KeptFile } from './tree/carry-over.ts'
export type { AllowedPlan, InstallPlan, RefusedPlan } from './pipeline/plan.ts'
export type { RecoveredOperation, RecoverResult } from './pipeline/recover.ts'
export type { UninstallOptions, UninstallResult } from './pipeline/uninstall.ts'
export type { VerifyResult } from './pipeline/verify.ts'
export type { TreeReport } from './tree/verify-tree.ts'
export type { OperationAction } from './journal/journal-line.ts'

export { createFileLedger } from './adapters/file-ledger.ts'
export { createSqliteLedger } from './adapters/sqlite-ledger.ts'
export type { SqliteLedger } from './adapters/sqlite-ledger.ts'
export { createTrustPolicy } from './trust/trust-policy.ts'
export { explainVerdict } from './trust/findings.ts'
export { createSequenceMemory } from './trust/sequence-memory.ts'
export type { RevocationSource, SequenceMemory } from './ports/revocation-source.ts'
export type { TrustExplanation } from './pipeline/explain.ts'
export type { TrustPolicyOptions } from './trust/trust-policy.ts'
export { renderNodePermissionProfile } from './isolation/node-permission-profile.ts'
export type {
  NodePermissionProfile,
  NodeProfileOptions,
} from './isolation/node-permission-profile.ts'
export { kindAdapters } from './kinds/kind-adapters.ts'

export type {
  ApprovalAnswer,
  ApprovalPrompt,
  ApprovalRequest,
  ExplainedPermission,
  PermissionDiff,
  Provenance,
} from './ports/approval-prompt.ts'
export type { ArtifactRelease, ArtifactSource, ItemReference } from './ports/artifact-source.ts'
export type { Clock } from './ports/clock.ts'
export type { EntryStatus, EntryType, FileSink, FileSystem } from './ports/file-system.ts'
export type {
  AcceptedTerms,
  Approval,
  AuditAction,
  AuditEntry,
  InstallLedger,
  InstallRecord,
  ItemKey,
  LedgerChange,
} from './ports/install-ledger.ts'
export type {
  AdapterItem,
  AdapterPlan,
  AdapterProblem,
  HostConfig,
  HostFileEdit,
  KindAdapter,
  Target,
} from './ports/kind-adapter.ts'
export type {
  TrustCandidate,
  TrustFinding,
  TrustPolicy,
  TrustVerdict,
} from './ports/trust-policy.ts'
