/** Writes bytes as unpadded base64url (RFC 4648 §5). */
export function toBase64Url(bytes: Uint8Array): string {
  return toBase64(bytes).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')
}

/**
 * Reads unpadded base64url; `undefined` for anything else, including slack bits that are not zero, so that every value
 * has exactly one spelling.
 */
export function fromBase64Url(text: string): Uint8Array | undefined {
  if (!/^[A-Za-z0-9_-]*$/.test(text) || text.length % 4 === 1) return undefined
  const bytes = new Uint8Array(Math.floor((text.length * 3) / 4))
  let bits = 0
  let bitCount = 0
  let written = 0
  for (let index = 0; index < text.length; index += 1) {
    bits = ((bits << 6) | Number(valueByCode[text.charCodeAt(index)])) & 0xffff
    bitCount += 6
    if (bitCount >= 8) {
      bitCount -= 8
      bytes[written] = (bits >> bitCount) & 0xff
      written += 1
    }
  }
  const slack = bits & ((1 << bitCount) - 1)
  return slack === 0 ? bytes : undefined
}

/** Writes bytes as padded base64 (RFC 4648 §4). */
export function toBase64(bytes: Uint8Array): string {
  let binary = ''
  for (const byte of bytes) binary += String.fromCharCode(byte)
  return btoa(binary)
}

/** Reads padded base64 without white space; `undefined` for anything else. */
export function fromBase64(text: string): Uint8Array | undefined {
  const bytes = fromBase64Url(
    text
      .replaceAll('+', '-')
      .replaceAll('/', '_')
      .replace(/={1,2}$/, ''),
  )
  return bytes !== undefined && toBase64(bytes) === text ? bytes : undefined
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
const valueByCode: readonly number[] = Array.from({ length: 128 }, (_, code) =>
  Math.max(0, alphabet.indexOf(String.fromCharCode(code))),
)
