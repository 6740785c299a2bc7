/** What a stored blob is: its key is its digest. */
export interface BlobInfo {
  /** SHA-256 of the bytes, 64 lower-case hex digits; the key of the blob. */
  readonly sha256: string
  readonly size: number
}

/** A span of bytes, both ends included, as in an HTTP Range of one part. */
export interface BlobRange {
  readonly start: number
  /** Last byte; the end of the blob when absent or beyond it. */
  readonly end?: number | undefined
}

/** What the caller knows of the bytes it hands over; a difference refuses the blob. */
export interface BlobExpectation {
  readonly sha256?: string | undefined
  readonly size?: number | undefined
  /** More bytes than this end the reading with `blob_mismatch`. */
  readonly maxBytes?: number | undefined
  readonly signal?: AbortSignal | undefined
}

/**
 * Bytes under their digest. A blob is visible whole or not at all, survives a power cut once `put` answered,
 * and is never changed. Any number of processes may use one store.
 */
export interface BlobStore {
  /** Stores the bytes; storing the same bytes twice is no error. Throws `blob_mismatch` when they differ from `expected`. */
  put(content: AsyncIterable<Uint8Array>, expected?: BlobExpectation): Promise<BlobInfo>
  /** What is stored under this digest, `undefined` when nothing is. */
  stat(sha256: string): Promise<BlobInfo | undefined>
  /** The bytes, or a span of them. Throws `blob_missing`, and `blob_range` when the span starts beyond the end. */
  get(
    sha256: string,
    range?: BlobRange,
    options?: { signal?: AbortSignal | undefined },
  ): Promise<ReadableStream<Uint8Array>>
  /** Forgets the blob; answers whether there was one. */
  delete(sha256: string): Promise<boolean>
}
