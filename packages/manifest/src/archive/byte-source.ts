/** Bytes that arrive in pieces, read in the portions a format asks for. Waits only when nothing is buffered. */
export class ByteSource {
  private readonly iterator: AsyncIterator<Uint8Array>
  private chunk: Uint8Array = new Uint8Array()
  private offset = 0
  private ended = false

  constructor(source: AsyncIterable<Uint8Array>) {
    this.iterator = source[Symbol.asyncIterator]()
  }

  /** The next `size` bytes if they are buffered in one piece, else `undefined`: then ask {@link read}. */
  tryRead(size: number): Uint8Array | undefined {
    const end = this.offset + size
    if (end > this.chunk.length) return undefined
    const bytes = this.chunk.subarray(this.offset, end)
    this.offset = end
    return bytes
  }

  /** The next `size` bytes; fewer only where the input ends. */
  async read(size: number): Promise<Uint8Array> {
    const buffered = this.tryRead(size)
    if (buffered !== undefined) return buffered
    const bytes = new Uint8Array(size)
    let written = 0
    while (written < size) {
      const piece = this.tryReadSome(size - written) ?? (await this.readSome(size - written))
      if (piece.length === 0) return bytes.subarray(0, written)
      bytes.set(piece, written)
      written += piece.length
    }
    return bytes
  }

  /** Up to `size` bytes that are buffered, else `undefined`: then ask {@link readSome}. */
  tryReadSome(size: number): Uint8Array | undefined {
    const available = this.chunk.length - this.offset
    return available === 0 ? undefined : this.tryRead(Math.min(size, available))
  }

  /** Up to `size` bytes, at least one; none where the input ends. */
  async readSome(size: number): Promise<Uint8Array> {
    for (;;) {
      const buffered = this.tryReadSome(size)
      if (buffered !== undefined) return buffered
      if (this.ended) return new Uint8Array()
      const next = await this.iterator.next()
      if (next.done === true) this.ended = true
      else {
        this.chunk = next.value
        this.offset = 0
      }
    }
  }

  /** Puts bytes just read back in front of what follows. */
  unread(bytes: Uint8Array): void {
    const left = this.chunk.subarray(this.offset)
    const isHere = this.offset >= bytes.length && bytes.buffer === this.chunk.buffer
    if (isHere) {
      this.offset -= bytes.length
      return
    }
    const joined = new Uint8Array(bytes.length + left.length)
    joined.set(bytes)
    joined.set(left, bytes.length)
    this.chunk = joined
    this.offset = 0
  }

  /** Everything that is left, in the pieces it arrives in. */
  async *rest(): AsyncGenerator<Uint8Array> {
    for (;;) {
      const piece = await this.readSome(Number.MAX_SAFE_INTEGER)
      if (piece.length === 0) return
      yield piece
    }
  }

  /** Releases the source; whoever stops early must call it. */
  async close(): Promise<void> {
    await this.iterator.return?.()
  }
}
