import * as z from 'zod'

/** Every problem a mothership answers with: its status and its title. The list is closed. */
export const problems: {
  readonly [Code in ProblemCode]: { readonly status: number; readonly title: string }
} = {
  invalid_request: { status: 400, title: 'The request does not fit the contract' },
  unauthenticated: { status: 401, title: 'This operation needs a credential' },
  invalid_credential: { status: 401, title: 'The credential is unknown, inactive or expired' },
  forbidden: { status: 403, title: 'The credential does not allow this' },
  namespace_not_owned: { status: 403, title: 'The namespace belongs to somebody else' },
  not_found: { status: 404, title: 'There is no such thing here' },
  method_not_allowed: { status: 405, title: 'The path does not answer this method' },
  request_timeout: { status: 408, title: 'The request took too long to arrive' },
  account_exists: { status: 409, title: 'The account is already there' },
  already_decided: { status: 409, title: 'The submission was already decided' },
  author_exists: { status: 409, title: 'The author is already registered' },
  key_exists: { status: 409, title: 'The key is already registered' },
  namespace_taken: { status: 409, title: 'The namespace is already taken' },
  not_scanned: { status: 409, title: 'The submission was not scanned' },
  release_yanked: { status: 410, title: 'The release was withdrawn' },
  revision_changed: { status: 409, title: 'It changed since it was read' },
  version_exists: { status: 409, title: 'The version was already submitted or released' },
  payload_too_large: { status: 413, title: 'The request is larger than allowed' },
  unsupported_media_type: { status: 415, title: 'The content type is not accepted here' },
  range_not_satisfiable: { status: 416, title: 'The range lies outside the package' },
  invalid_manifest: { status: 422, title: 'The manifest is refused' },
  invalid_package: { status: 422, title: 'The package is refused' },
  invalid_signature: { status: 422, title: 'The signature does not verify' },
  digest_mismatch: { status: 422, title: 'The package is not the one the manifest describes' },
  invalid_proof: { status: 422, title: 'The proof of possession does not verify' },
  rate_limited: { status: 429, title: 'Too many requests' },
  internal: { status: 500, title: 'Something failed on the mothership' },
  unavailable: { status: 503, title: 'The mothership cannot answer at the moment' },
}

/** Code of a problem document. A client maps one it does not know to `unknown`. */
export type ProblemCode =
  | 'invalid_request'
  | 'unauthenticated'
  | 'invalid_credential'
  | 'forbidden'
  | 'namespace_not_owned'
  | 'not_found'
  | 'method_not_allowed'
  | 'request_timeout'
  | 'account_exists'
  | 'already_decided'
  | 'author_exists'
  | 'key_exists'
  | 'namespace_taken'
  | 'not_scanned'
  | 'release_yanked'
  | 'revision_changed'
  | 'version_exists'
  | 'payload_too_large'
  | 'unsupported_media_type'
  | 'range_not_satisfiable'
  | 'invalid_manifest'
  | 'invalid_package'
  | 'invalid_signature'
  | 'digest_mismatch'
  | 'invalid_proof'
  | 'rate_limited'
  | 'internal'
  | 'unavailable'

/** Codes any operation can answer with. */
export const commonProblemCodes: readonly ProblemCode[] = [
  'invalid_request',
  'invalid_credential',
  'rate_limited',
  'internal',
  'unavailable',
]

/** All problem codes. */
export const problemCodes: readonly ProblemCode[] = Object.keys(problems).filter(isProblemCode)

/** Answers whether a text is a problem code of this contract. */
export function isProblemCode(text: string): text is ProblemCode {
  return Object.hasOwn(problems, text)
}

/** One fault within a request. */
export interface ProblemIssue {
  /** Where: `body.namespaces.0`, `manifest.permissions.2`, `package:skills/x/SKILL.md`. */
  path: string
  message: string
}

/** An error answer, of type `application/problem+json` (RFC 9457). */
export interface ProblemDocument {
  type: string
  title: string
  status: number
  detail: string
  code: ProblemCode
  issues: ProblemIssue[]
  request_id: string
}

/** Schema of a problem document as a mothership writes it. */
export const problemDocumentSchema: z.ZodType<ProblemDocument> = z.object({
  type: z.string().max(2048), // a URI; servers cut longer ones
  title: z.string().max(200), // one line
  status: z.int().min(400).max(599),
  detail: z.string().max(4096), // a paragraph; never a payload
  code: z.enum(problemCodes),
  issues: z
    .array(z.object({ path: z.string().max(1024), message: z.string().max(1024) })) // a path in a package ends at 1,024
    .max(100), // more do not help anybody mend a request
  request_id: z.string().max(128), // room for a UUID or a trace id
})
