import { readSharedJson } from './shared-data.ts'

/** One signature and what every runtime must say of it, where an outside source says so. */
export interface VerdictCase {
  name: string
  signature: string
  message: string
  public_key: string
  expected?: boolean
}

interface WycheproofFile {
  testGroups: {
    publicKey: { pk: string }
    tests: { tcId: number; msg: string; sig: string; result: string }[]
  }[]
}

/** Every Ed25519 case of the shared vectors, texts in hexadecimal. */
export function readVerdictCases(): VerdictCase[] {
  return [...wycheproofCases(), ...cctvCases(), ...speccheckCases(), ...rfcCases()]
}

export function wycheproofCases(): VerdictCase[] {
  return readSharedJson<WycheproofFile>(
    'vectors/ed25519/wycheproof-ed25519_test.json',
  ).testGroups.flatMap((group) =>
    group.tests.map((test) => ({
      name: `wycheproof ${test.tcId}`,
      signature: test.sig,
      message: test.msg,
      public_key: group.publicKey.pk,
      expected: test.result === 'valid',
    })),
  )
}

/** Low-order and non-canonical points; strict verification accepts those without such A or R whose equation holds. */
export function cctvCases(): (VerdictCase & { flags: string[] })[] {
  return readSharedJson<
    { number: number; key: string; sig: string; msg: string; flags: string[] | null }[]
  >('vectors/ed25519/cctv-ed25519vectors.json').map((test) => ({
    name: `cctv ${test.number}`,
    signature: test.sig,
    message: Buffer.from(test.msg).toString('hex'),
    public_key: test.key,
    flags: test.flags ?? [],
  }))
}

export function speccheckCases(): VerdictCase[] {
  return readSharedJson<{ message: string; pub_key: string; signature: string }[]>(
    'vectors/ed25519/speccheck-cases.json',
  ).map((test, index) => ({
    name: `speccheck ${index}`,
    signature: test.signature,
    message: test.message,
    public_key: test.pub_key,
    ...(index === 2 || index === 3 ? {} : { expected: false }),
  }))
}

/** Each case of RFC 8032, and the same with one bit of the message or signature changed. */
export function rfcCases(): VerdictCase[] {
  return readSharedJson<{ pub: string; msg: string; sig: string }[]>(
    'vectors/ed25519/rfc8032-ed25519.json',
  ).flatMap((test, index) => [
    {
      name: `rfc8032 ${index}`,
      signature: test.sig,
      message: test.msg,
      public_key: test.pub,
      expected: true,
    },
    {
      name: `rfc8032 ${index} other message`,
      signature: test.sig,
      message: `${test.msg}00`,
      public_key: test.pub,
      expected: false,
    },
    {
      name: `rfc8032 ${index} other signature`,
      signature: flipped(test.sig),
      message: test.msg,
      public_key: test.pub,
      expected: false,
    },
  ])
}

function flipped(hex: string): string {
  const last = Number.parseInt(hex.slice(0, 2), 16) ^ 1
  return last.toString(16).padStart(2, '0') + hex.slice(2)
}
