export { type Category, type CategoryList, categoryListSchema } from './categories.ts'
export {
  authorIdField,
  categoryField,
  countField,
  idField,
  jsonField,
  keyIdField,
  keyRecordField,
  kindField,
  limitField,
  linkField,
  namespaceField,
  type PageAnswer,
  pageAnswerFields,
  pageField,
  type PageQuery,
  pageQuerySchema,
  publicKeyField,
  sha256Field,
  signatureField,
  slugField,
  timeField,
  treeFileField,
  versionField,
} from './fields.ts'
export { type Health, healthSchema } from './health.ts'
export { type ItemListQuery, itemListQuerySchema, type ItemSort } from './item-query.ts'
export {
  type ItemDetail,
  itemDetailSchema,
  type ItemList,
  itemListSchema,
  type ItemOrigin,
  type ItemSummary,
  itemSummarySchema,
  type LicenseType,
} from './items.ts'
export { type KeyProofInput, keyProofMessage, keyProofType } from './key-proof.ts'
export {
  type Approval,
  approvalSchema,
  type QueueQuery,
  queueQuerySchema,
  type Rejection,
  rejectionSchema,
  type SubmissionList,
  submissionListSchema,
} from './moderation.ts'
export {
  type AnswerBodyOf,
  type AnswerOf,
  type AnyOperation,
  type BodyOf,
  type Bytes,
  type BytesAnswer,
  defineOperation,
  type FilePart,
  type HeadersOf,
  type JsonAnswer,
  type JsonBody,
  type JsonPart,
  type MultipartBody,
  type Operation,
  type OperationShape,
  type ParamsOf,
  type PartsOf,
  type QueryOf,
  type Role,
} from './operation.ts'
export { type OperationId, operationList, type Operations, operations } from './operations.ts'
export {
  type CategoryParams,
  categoryParamsSchema,
  type ItemParams,
  itemParamsSchema,
  type ItemVersionParams,
  itemVersionParamsSchema,
} from './paths.ts'
export {
  commonProblemCodes,
  isProblemCode,
  type ProblemCode,
  problemCodes,
  type ProblemDocument,
  problemDocumentSchema,
  type ProblemIssue,
  problems,
} from './problems.ts'
export {
  type KeyList,
  keyListSchema,
  type KeyRegistration,
  keyRegistrationSchema,
  type Publisher,
  type PublisherCreated,
  publisherCreatedSchema,
  type PublisherCreation,
  publisherCreationSchema,
  type PublisherParams,
  publisherParamsSchema,
  publisherSchema,
} from './publishers.ts'
export { readQuery, writeQuery } from './query.ts'
export {
  type Custody,
  type DownloadHeaders,
  downloadHeadersSchema,
  type Release,
  type ReleaseList,
  releaseListSchema,
  releaseSchema,
  type ReleaseSummary,
} from './releases.ts'
export {
  type Finding,
  maxPackageBytes,
  type Submission,
  type SubmissionParams,
  submissionParamsSchema,
  type SubmissionParts,
  submissionSchema,
  type SubmissionStatus,
} from './submissions.ts'
export {
  type ItemUsage,
  type UsageEvent,
  type UsageReceipt,
  usageReceiptSchema,
  type UsageReport,
  usageReportSchema,
  type UsageSummary,
  usageSummarySchema,
} from './usage.ts'
