import type { Kind } from '@mothership/manifest'
import type { ArchiveLimits } from '@mothership/manifest/archive'
import { InstallerError } from '../errors.ts'
import type { InstallStage } from '../errors.ts'
import type { OperationAction } from '../journal/journal-line.ts'
import type { ApprovalPrompt } from '../ports/approval-prompt.ts'
import type { ArtifactSource } from '../ports/artifact-source.ts'
import type { Clock } from '../ports/clock.ts'
import type { FileSystem } from '../ports/file-system.ts'
import type { InstallLedger } from '../ports/install-ledger.ts'
import type { KindAdapter, Target } from '../ports/kind-adapter.ts'
import type { ItemReference } from '../ports/artifact-source.ts'
import type { TrustPolicy } from '../ports/trust-policy.ts'
import type { StateDirectory } from '../state/state-directory.ts'

/** Told while an operation runs. */
export interface ProgressEvent {
  readonly operation_id: string
  readonly action: OperationAction
  readonly kind: Kind
  readonly slug: string
  readonly stage: InstallStage
  readonly state: 'started' | 'advanced' | 'finished'
  /** Bytes done so far, in the stages that move bytes. */
  readonly bytes?: number | undefined
  /** Bytes in all, where known. */
  readonly total_bytes?: number | undefined
}

/** Things worth a line in the host's log; none of them is a failure of the call. */
export type InstallerEvent =
  | {
      /** The operation took effect; removing what it left is for `recover()`. */
      readonly type: 'tidying_deferred'
      readonly operation_id: string
      readonly message: string
    }
  | {
      /** A dead process's operation was ended on the way to this one. */
      readonly type: 'recovered'
      readonly operation_id: string
      readonly outcome: 'undone' | 'finished'
    }

/** Everything the stages work with; made once by `createInstaller`. */
export interface Engine {
  readonly fs: FileSystem
  readonly state: StateDirectory
  readonly targets: Readonly<Partial<Record<Kind, Target>>>
  readonly adapters: Readonly<Partial<Record<Kind, KindAdapter>>>
  readonly source: ArtifactSource
  readonly trust: TrustPolicy
  readonly approve: ApprovalPrompt
  readonly ledger: InstallLedger
  readonly clock: Clock
  readonly limits: Partial<ArchiveLimits>
  readonly memoryBytes: number
  readonly undeclaredPermissions: 'ask' | 'refuse'
  /** `package`: package and journal are flushed before the rename; `tree`: every file of the tree as well. */
  readonly durability: 'package' | 'tree'
  /** Names this run of the machine. */
  readonly bootId: string
  readonly newOperationId: () => string
  readonly progress: (event: ProgressEvent) => void
  readonly event: (event: InstallerEvent) => void
}

/** The adapter and target of an item's kind. */
export function supportOf(
  engine: Engine,
  item: ItemReference,
): { readonly adapter: KindAdapter; readonly target: Target } {
  const adapter = engine.adapters[item.kind]
  const target = engine.targets[item.kind]
  if (adapter !== undefined && target !== undefined) return { adapter, target }
  throw new InstallerError({
    code: 'unsupported_kind',
    stage: 'request',
    rule: 'kind.has_target',
    message: `Expected a target directory and an adapter for kind ${item.kind}; there is none. Add it to the options of createInstaller.`,
    item,
  })
}
