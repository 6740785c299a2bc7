/**
 * Secrets of the server itself (the importer's signing key, the release key): made once, kept, never logged.
 * Names are kebab-case.
 */
export interface SecretStore {
  /** The secret, `undefined` when it was never made. */
  read(name: string): Promise<Uint8Array | undefined>
  /** The secret; made by `create` the first time. Two callers at once get the same bytes. */
  readOrCreate(name: string, create: () => Promise<Uint8Array>): Promise<Uint8Array>
  /** Puts a secret in the place of the one that was there. */
  write(name: string, secret: Uint8Array): Promise<void>
}
