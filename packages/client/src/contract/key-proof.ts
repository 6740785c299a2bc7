export { type KeyProofInput, keyProofMessage, keyProofType } from '@mothership/manifest/documents'
