/** What the isolation layer is told: one thing an item may reach, named by type. */
export interface Capability {
  type:
    | 'docker_capability'
    | 'port'
    | 'mount'
    | 'network'
    | 'chat_inject'
    | 'temporary_files'
    | 'data_read'
    | 'data_write'
    | 'refresh'
    | 'mcp'
    | 'hook'
    | 'execute'
    | 'environment'
    | 'tool'
    | 'model'
    | 'agent'
    | (string & {})
  /** What exactly: a host, a scope, a command; absent means any. */
  target?: string
  /** What belongs to the target: the path of a mount, the tool of a server, `udp`, `read_only`. */
  details?: Readonly<Record<string, string>>
}

/** The named parts of one permission, as its form's pattern found them. */
export type PermissionParts = Readonly<Record<string, string | undefined>>

/** One shape a permission may have: how it is written, what it means, which other it includes. */
export interface PermissionForm {
  readonly name: string
  /** For people: `port:N[/udp]`. */
  readonly syntax: string
  /** Source of a regular expression over the whole permission, parts as named groups. */
  readonly pattern: string
  /** One sentence, without technical terms where that can be. */
  readonly explain: (parts: PermissionParts) => string
  readonly capability: (parts: PermissionParts) => Capability
  /** Whether whoever has the first needs no consent for the second; equal texts always are. */
  readonly includes?: (wide: PermissionParts, narrow: PermissionParts) => boolean
  /** A check the pattern cannot make. */
  readonly accepts?: (parts: PermissionParts) => boolean
}

/** All forms a kind allows; none for a kind that may ask for nothing. */
export type PermissionGrammar = readonly PermissionForm[]
