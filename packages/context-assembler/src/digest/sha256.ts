/**
 * SHA-256 of a text's UTF-8 bytes, 64 lower-case hex. Written out because the answer is needed synchronously
 * on every runtime: WebCrypto is asynchronous and node:crypto is not everywhere. FIPS 180-4, section 6.2.
 */
export function sha256OfText(text: string): string {
  const bytes = new TextEncoder().encode(text)
  const state = Int32Array.from(initialState)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const whole = bytes.length - (bytes.length % 64)
  for (let offset = 0; offset < whole; offset += 64) compress(state, view, offset)
  const tail = paddedTail(bytes, whole)
  for (let offset = 0; offset < tail.byteLength; offset += 64) compress(state, tail, offset)
  return [...state].map((word) => (word >>> 0).toString(16).padStart(8, '0')).join('')
}

function paddedTail(bytes: Uint8Array, from: number): DataView {
  const left = bytes.length - from
  const padded = new Uint8Array(left + 9 <= 64 ? 64 : 128)
  padded.set(bytes.subarray(from))
  padded[left] = 0x80
  const view = new DataView(padded.buffer)
  view.setUint32(padded.length - 8, Math.floor(bytes.length / 0x2000_0000))
  view.setUint32(padded.length - 4, (bytes.length << 3) >>> 0)
  return view
}

const schedule = new Int32Array(64)

function compress(state: Int32Array, view: DataView, offset: number): void {
  const w = schedule
  for (let i = 0; i < 16; i += 1) w[i] = view.getInt32(offset + i * 4)
  for (let i = 16; i < 64; i += 1) {
    const a = w[i - 15]!
    const b = w[i - 2]!
    const s0 = ((a >>> 7) | (a << 25)) ^ ((a >>> 18) | (a << 14)) ^ (a >>> 3)
    const s1 = ((b >>> 17) | (b << 15)) ^ ((b >>> 19) | (b << 13)) ^ (b >>> 10)
    w[i] = (w[i - 16]! + s0 + w[i - 7]! + s1) | 0
  }
  let a = state[0]!
  let b = state[1]!
  let c = state[2]!
  let d = state[3]!
  let e = state[4]!
  let f = state[5]!
  let g = state[6]!
  let h = state[7]!
  for (let i = 0; i < 64; i += 1) {
    const s1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7))
    const t1 = (h + s1 + ((e & f) ^ (~e & g)) + roundConstants[i]! + w[i]!) | 0
    const s0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10))
    const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0
    h = g
    g = f
    f = e
    e = (d + t1) | 0
    d = c
    c = b
    b = a
    a = (t1 + t2) | 0
  }
  state[0] = state[0]! + a
  state[1] = state[1]! + b
  state[2] = state[2]! + c
  state[3] = state[3]! + d
  state[4] = state[4]! + e
  state[5] = state[5]! + f
  state[6] = state[6]! + g
  state[7] = state[7]! + h
}

const initialState = fractions((n) => Math.sqrt(n), 8)
const roundConstants = fractions((n) => Math.cbrt(n), 64)

/** First 32 bits of the fractional parts of the roots of the first primes, as the standard defines its constants. */
function fractions(root: (n: number) => number, count: number): Int32Array {
  const words = new Int32Array(count)
  for (let n = 2, found = 0; found < count; n += 1) {
    if (!isPrime(n)) continue
    const value = root(n)
    words[found] = ((value - Math.floor(value)) * 0x1_0000_0000) | 0
    found += 1
  }
  return words
}

function isPrime(n: number): boolean {
  for (let divisor = 2; divisor * divisor <= n; divisor += 1) if (n % divisor === 0) return false
  return true
}
