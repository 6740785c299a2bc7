import type * as NodeCrypto from 'node:crypto'

/** Which implementation computes digests and checks signatures: Node's own, or noble's portable one. */
export type CryptoBackend = 'node' | 'noble'

/**
 * Chooses the implementation for the whole process. `auto`, the state at start, takes Node's where there is one. The
 * answers are the same; only the speed differs.
 */
export function useCryptoBackend(choice: CryptoBackend | 'auto'): void {
  state.crypto = choice === 'noble' ? null : undefined
  if (choice === 'node' && nodeCrypto() === null) {
    throw new TypeError('expected to run on Node, got a runtime without node:crypto: use "auto"')
  }
}

/** Answers which implementation is in use. */
export function cryptoBackend(): CryptoBackend {
  return nodeCrypto() === null ? 'noble' : 'node'
}

/** Node's crypto module, or null elsewhere. Reached at run time, so that bundles for browsers need no substitute. */
export function nodeCrypto(): typeof NodeCrypto | null {
  if (state.crypto === undefined) state.crypto = findNodeCrypto()
  return state.crypto
}

const state: { crypto: typeof NodeCrypto | null | undefined } = { crypto: undefined }

/** Runtimes that only resemble Node carry other curve code, whose verdicts nobody compared: they take noble's. */
function findNodeCrypto(): typeof NodeCrypto | null {
  const runtime = (globalThis as { process?: NodeJS.Process }).process
  const versions = runtime?.versions
  if (versions?.node === undefined || 'bun' in versions || 'deno' in versions) return null
  return runtime?.getBuiltinModule?.('node:crypto') ?? null
}
