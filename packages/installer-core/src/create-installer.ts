import type { Keyring, Kind } from '@mothership/manifest'
import type { ArchiveLimits } from '@mothership/manifest/archive'
import { randomUUID } from 'node:crypto'
import { defaultMemoryBytes } from './archive/check-archive.ts'
import { createFileLedger } from './adapters/file-ledger.ts'
import { createTrustPolicy } from './trust/trust-policy.ts'
import { nodeFileSystem } from './adapters/node-file-system.ts'
import { InstallerError } from './errors.ts'
import { kindAdapters } from './kinds/kind-adapters.ts'
import type { Engine, InstallerEvent, ProgressEvent } from './pipeline/engine.ts'
import { explainItem, reviewInstalled } from './pipeline/explain.ts'
import type { TrustExplanation } from './pipeline/explain.ts'
import { installItem, installItems } from './pipeline/install.ts'
import type { InstallResult } from './pipeline/install.ts'
import { planItem } from './pipeline/plan.ts'
import type { InstallPlan } from './pipeline/plan.ts'
import type { InstallOptions } from './pipeline/prepare-install.ts'
import { recoverAll } from './pipeline/recover.ts'
import type { RecoverResult } from './pipeline/recover.ts'
import { repairItem } from './pipeline/repair.ts'
import type { RepairResult } from './pipeline/repair.ts'
import { setEnabled } from './pipeline/set-enabled.ts'
import { uninstallItem } from './pipeline/uninstall.ts'
import type { UninstallOptions, UninstallResult } from './pipeline/uninstall.ts'
import { findUpdates, updateItem } from './pipeline/update.ts'
import type { UpdateOptions, UpdateResult } from './pipeline/update.ts'
import { verifyItem } from './pipeline/verify.ts'
import type { VerifyResult } from './pipeline/verify.ts'
import type { ApprovalPrompt } from './ports/approval-prompt.ts'
import type { ArtifactSource, ItemReference } from './ports/artifact-source.ts'
import { systemClock } from './ports/clock.ts'
import type { Clock } from './ports/clock.ts'
import type { FileSystem } from './ports/file-system.ts'
import type { InstallLedger, InstallRecord, ItemKey } from './ports/install-ledger.ts'
import type { KindAdapter, Target } from './ports/kind-adapter.ts'
import type { TrustPolicy } from './ports/trust-policy.ts'
import { readBootId } from './state/boot-id.ts'
import { stateDirectory } from './state/state-directory.ts'

/** What an installer is made from. */
export interface InstallerOptions {
  /** Absolute path of the installer's own state: journal, held packages, locks, the default ledger. */
  readonly directory: string
  /** Where items of each kind go: an absolute directory, or a {@link Target}. */
  readonly targets: Readonly<Partial<Record<Kind, string | Target>>>
  /** Where releases and packages come from. */
  readonly source: ArtifactSource
  /** The author keys to trust; or give `trust`. */
  readonly keyring?: Keyring | undefined
  /** A policy of your own, or `createTrustPolicy({…})`. */
  readonly trust?: TrustPolicy | undefined
  /** The host's approval screen. */
  readonly approve: ApprovalPrompt
  /** Default: small files under `directory`. */
  readonly ledger?: InstallLedger | undefined
  /** Bytes of a tree that may be kept in memory between checking and writing; larger ones are read twice. Default 64 MiB. */
  readonly memoryBytes?: number | undefined
  /**
   * What to do with a package whose bytes show more than its manifest declares: `ask` shows it to the host (it is never
   * granted), `refuse` does what it says. Default `ask`.
   */
  readonly undeclaredPermissions?: 'ask' | 'refuse' | undefined
  /** Replaces or adds to `kindAdapters`. */
  readonly adapters?: Readonly<Partial<Record<Kind, KindAdapter>>> | undefined
  /** Bounds on packages; the manifest package's defaults otherwise. */
  readonly limits?: Partial<ArchiveLimits> | undefined
  /** Default `package`: package and journal are flushed before the rename. `tree` also flushes every file. */
  readonly durability?: 'package' | 'tree' | undefined
  readonly onProgress?: ((event: ProgressEvent) => void) | undefined
  /** For the host's log. */
  readonly onEvent?: ((event: InstallerEvent) => void) | undefined
  readonly clock?: Clock | undefined
  /** For tests: names this run of the machine. */
  readonly bootId?: string | undefined
  /** For tests: the disk. */
  readonly fs?: FileSystem | undefined
}

/** What every call takes. */
export interface CallOptions {
  readonly signal?: AbortSignal | undefined
}

/** Installs third-party items safely, or not at all. All methods throw {@link InstallerError}. */
export interface Installer {
  /** What an install would do, without doing it. */
  plan(item: ItemReference, options?: InstallOptions): Promise<InstallPlan>
  /** Why an item is or is not allowed: every check of the trust policy, and a text for people. */
  explain(item: ItemReference, options?: CallOptions): Promise<TrustExplanation>
  /** Asks the trust policy about everything installed; answers what it would not allow any more. Nothing is removed. */
  review(options?: CallOptions): Promise<readonly TrustExplanation[]>
  /** Installs an item, or brings it to the version asked for. */
  install(item: ItemReference, options?: InstallOptions): Promise<InstallResult>
  /** Installs several items as one: all of them, or none. */
  installAll(
    items: readonly ItemReference[],
    options?: InstallOptions,
  ): Promise<readonly InstallResult[]>
  /** Brings an installed item to the newest version; a new major one only when asked for. */
  update(item: ItemReference, options?: UpdateOptions): Promise<UpdateResult>
  /** Looks for newer versions of everything installed and notes them in the ledger; answers those that have one. */
  findUpdates(options?: CallOptions): Promise<readonly InstallRecord[]>
  /** Takes an item out; files that are not the item's stay. */
  uninstall(item: ItemKey, options?: UninstallOptions): Promise<UninstallResult>
  /** What is installed, by kind, then slug. */
  list(filter?: { readonly kind?: Kind | undefined }): Promise<readonly InstallRecord[]>
  /** Compares an installed item with its signed file list, offline. */
  verify(item: ItemKey, options?: CallOptions): Promise<VerifyResult>
  /** Restores an installed tree from the held package, or from the source. */
  repair(item: ItemKey, options?: CallOptions): Promise<RepairResult>
  /** Brings a disabled item back into its host's sight. */
  enable(item: ItemKey, options?: CallOptions): Promise<InstallRecord>
  /** Takes an item out of its host's sight without uninstalling it. */
  disable(item: ItemKey, options?: CallOptions): Promise<InstallRecord>
  /** Ends what a crash left; call it once at start. */
  recover(options?: CallOptions): Promise<RecoverResult>
}

/** Makes an installer; touches nothing until its first call. */
export function createInstaller(options: InstallerOptions): Installer {
  const engine = createEngine(options)
  return {
    plan: (item, callOptions = {}) => planItem(engine, item, callOptions),
    explain: (item, callOptions = {}) => explainItem(engine, item, callOptions),
    review: (callOptions = {}) => reviewInstalled(engine, callOptions),
    install: (item, callOptions = {}) => installItem(engine, item, callOptions),
    uninstall: (item, callOptions = {}) => uninstallItem(engine, item, callOptions),
    installAll: (items, callOptions = {}) => installItems(engine, items, callOptions),
    update: (item, callOptions = {}) => updateItem(engine, item, callOptions),
    findUpdates: (callOptions = {}) => findUpdates(engine, callOptions),
    list: (filter) => engine.ledger.list(filter),
    verify: (item, callOptions = {}) => verifyItem(engine, item, callOptions),
    repair: (item, callOptions = {}) => repairItem(engine, item, callOptions),
    enable: (item, callOptions = {}) => setEnabled(engine, item, true, callOptions),
    disable: (item, callOptions = {}) => setEnabled(engine, item, false, callOptions),
    recover: (callOptions = {}) =>
      recoverAll(engine, (item) => repairItem(engine, item, callOptions), callOptions),
  }
}

function createEngine(options: InstallerOptions): Engine {
  const state = stateDirectory(options.directory)
  const fs = options.fs ?? nodeFileSystem
  const clock = options.clock ?? systemClock
  return {
    fs,
    state,
    targets: targetsOf(options.targets),
    adapters: { ...kindAdapters, ...options.adapters },
    source: options.source,
    trust: trustOf(options),
    approve: options.approve,
    ledger: options.ledger ?? createFileLedger(state.ledger, { fs }),
    clock,
    limits: options.limits ?? {},
    memoryBytes: options.memoryBytes ?? defaultMemoryBytes,
    undeclaredPermissions: options.undeclaredPermissions ?? 'ask',
    durability: options.durability ?? 'package',
    bootId: options.bootId ?? readBootId(() => clock.now()),
    newOperationId: () => randomUUID(),
    progress: options.onProgress ?? (() => {}),
    event: options.onEvent ?? (() => {}),
  }
}

function trustOf(options: InstallerOptions): TrustPolicy {
  if (options.trust !== undefined) return options.trust
  if (options.keyring !== undefined)
    return createTrustPolicy({ keyring: options.keyring, clock: options.clock })
  throw new InstallerError({
    code: 'invalid_configuration',
    stage: 'request',
    rule: 'trust.given',
    message: `Expected a keyring or a trust policy; neither was given. An installer that trusts everybody has to be asked for: see createTrustPolicy.`,
  })
}

function targetsOf(given: InstallerOptions['targets']): Engine['targets'] {
  const targets: Partial<Record<Kind, Target>> = {}
  for (const [kind, target] of Object.entries(given) as [Kind, string | Target | undefined][]) {
    if (target === undefined) continue
    targets[kind] = typeof target === 'string' ? { directory: target } : target
  }
  return targets
}
