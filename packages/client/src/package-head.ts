import { MothershipError } from './errors.ts'

/** What is known of a package before it is asked for. */
export interface ExpectedPackage {
  /** Expected SHA-256, 64 hexadecimal digits: another ETag is refused before the first byte. */
  readonly package_sha256?: string | undefined
  /** Expected length in bytes: another Content-Length is refused before the first byte. */
  readonly package_size?: number | undefined
}

/** What the head of an answer says about a package. */
export interface PackageHead {
  readonly etag: string | undefined
  /** Digest that the whole must have: the caller's, or the ETag's. */
  readonly sha256: string | undefined
  /** Length of the whole in bytes, unless an encoding hides it. */
  readonly size: number | undefined
  /** Offset of the first byte of this answer. */
  readonly from: number
}

/** Reads the head of a package answer and refuses, before the first byte, what cannot be the expected package. */
export function readPackageHead(
  response: Response,
  expected: ExpectedPackage,
  maxBytes: number,
): PackageHead {
  const etag = response.headers.get('etag') ?? undefined
  const digest = /^"([0-9a-f]{64})"$/.exec(etag ?? '')?.[1]
  const { from, size } = readExtent(response)
  const { package_sha256: sha256 = digest, package_size: length = size } = expected
  if (digest !== undefined && digest !== sha256) {
    throw refuse(
      `The mothership offers a package with the digest ${digest}, expected was ${sha256}.`,
    )
  }
  if (size !== undefined && size !== length) {
    throw refuse(`The mothership offers a package of ${size} bytes, expected were ${length}.`)
  }
  if (length !== undefined && length > maxBytes) {
    throw new MothershipError(
      'package_too_large',
      `The package has ${length} bytes, more than the ${maxBytes} that are allowed (\`maxPackageBytes\`).`,
    )
  }
  return { etag, sha256, size: length, from }
}

/** Where this answer begins, and how long the whole is: Content-Range of a 206, Content-Length of a 200. */
function readExtent(response: Response): { from: number; size: number | undefined } {
  const { headers, status } = response
  if (status === 206) {
    const match = /^bytes (\d+)-(\d+)\/(\d+)$/.exec(headers.get('content-range') ?? '')
    // -1 is no offset a download can be at, so an unreadable range is never taken for the right one.
    return match === null
      ? { from: -1, size: undefined }
      : { from: Number(match[1]), size: Number(match[3]) }
  }
  const encoding = headers.get('content-encoding') ?? 'identity'
  const length = encoding === 'identity' ? headers.get('content-length') : null
  return { from: 0, size: /^\d{1,15}$/.test(length ?? '') ? Number(length) : undefined }
}

function refuse(message: string): MothershipError {
  return new MothershipError('package_mismatch', message)
}
