import type { JsonValue, Manifest } from '@mothership/manifest'
import type { Call, CallOptions, FileInput } from './call.ts'
import type { Submission } from './contract/index.ts'
import type { Degrade, Unavailable } from './degrade.ts'

/** What is submitted: a signed manifest and its package. */
export interface SubmissionInput {
  readonly manifest: Manifest | JsonValue
  /** Bytes, or a Blob (of a file on disk: `openAsBlob` of `node:fs`). */
  readonly package: FileInput
}

/** A submission that the mothership took. */
export interface AcceptedSubmission extends Submission {
  readonly source: 'mothership'
}

/** A submission that did not arrive or was refused; `issues` name the faults. */
export type FailedSubmission<Note = Unavailable> = Note & { readonly status: 'failed' }

/** What a publisher does. */
export interface SubmissionsApi<Note = Unavailable> {
  create(
    input: SubmissionInput,
    options?: CallOptions,
  ): Promise<AcceptedSubmission | FailedSubmission<Note>>
  /** One submission; throws in every mode. */
  get(id: string, options?: CallOptions): Promise<Submission>
}

/** Makes {@link SubmissionsApi}. */
export function createSubmissions(call: Call, degrade: Degrade): SubmissionsApi {
  return {
    create: (input, options) =>
      degrade<AcceptedSubmission, FailedSubmission>(
        async () => {
          const manifest = input.manifest as JsonValue // a Manifest is a JSON object by its own schema
          const parts = { manifest, package: input.package }
          return { ...(await call('submissions.create', { parts }, options)), source: 'mothership' }
        },
        (note) => ({ status: 'failed', ...note }),
      ),
    get: (id, options) => call('submissions.get', { params: { id } }, options),
  }
}
