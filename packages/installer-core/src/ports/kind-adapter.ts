import type { Capability, Kind, Manifest, TreeFile } from '@mothership/manifest'

/** A host file that another program owns and an item adds to: an MCP configuration, say. */
export interface HostConfig {
  /** Absolute path; created when missing. */
  readonly file: string
  readonly format: 'json' | 'toml'
  /** Where the servers live in it; default `['mcpServers']` for JSON, `['mcp_servers']` for TOML. */
  readonly path?: readonly string[] | undefined
}

/** Where items of one kind go. */
export interface Target {
  /** Absolute path of the directory that holds one directory per item. */
  readonly directory: string
  /**
   * How an item's directory is called: its `name` (last segment of the slug, the default, what Agent Skills hosts
   * expect), or the whole `slug`, which never collides between namespaces.
   */
  readonly layout?: 'name' | 'slug' | undefined
  /** The host configurations that a plugin's MCP servers are merged into. */
  readonly mcpConfigs?: readonly HostConfig[] | undefined
}

/** One item as an adapter sees it: verified, unpacked, not yet (or already) at its place. */
export interface AdapterItem {
  readonly manifest: Manifest
  readonly files: readonly TreeFile[]
  readonly target: Target
  /** The absolute path the tree has, or will have, once it is committed. */
  readonly directory: string
  /** What the isolation layer may be told to allow: made from approved permissions only. */
  readonly capabilities: readonly Capability[]
  readonly enabled: boolean
  /** Reads one of the item's own files, at most 4 MiB. */
  readFile(path: string): Promise<Uint8Array>
  /** Reads a file of the host's as text, at most 16 MiB; `undefined` when there is none. */
  readHostFile(path: string): Promise<string | undefined>
}

/** A pure change to a host file: the text now (or `undefined` when there is no file) to the text wanted. */
export interface HostFileEdit {
  readonly file: string
  edit(current: string | undefined): string | undefined
}

/** What an adapter wants done beside moving the tree. */
export interface AdapterPlan {
  readonly edits: readonly HostFileEdit[]
}

/** Something an adapter finds wrong with an installed item. */
export interface AdapterProblem {
  readonly file: string
  readonly message: string
}

/**
 * What is special about one kind. The pipeline moves trees and edits files under its journal; an adapter only says
 * what they are. `apply` and `revert` are for hosts that keep a registry of their own; both must be repeatable.
 */
export interface KindAdapter {
  readonly kind: Kind
  /** What must be there and what must change in host files; throws an `InstallerError` to refuse. */
  plan(item: AdapterItem): Promise<AdapterPlan>
  /** The edits that take everything of the item out of host files again. */
  planRemoval(item: AdapterItem): Promise<AdapterPlan>
  /** Called after the tree is at its place, before the operation is final; a throw rolls everything back. */
  apply?(item: AdapterItem): Promise<void>
  /** Undoes `apply`; also called when the item is uninstalled. */
  revert?(item: AdapterItem): Promise<void>
  /** What is wrong beyond the files of the tree. */
  verify?(item: AdapterItem): Promise<readonly AdapterProblem[]>
}
