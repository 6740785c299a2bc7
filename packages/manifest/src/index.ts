export {
  ArchiveError,
  type ArchiveRule,
  ManifestError,
  type ManifestErrorCode,
  type ManifestIssue,
} from './errors.ts'
export { type CryptoBackend, cryptoBackend, useCryptoBackend } from './crypto/backend.ts'
export { encodeDsse, payloadTypes } from './crypto/dsse.ts'
export { ed25519 } from './crypto/ed25519.ts'
export { decryptKeyFile, encryptKeyFile, isKeyFile, type KeyFileCost } from './crypto/key-file.ts'
export {
  type Ed25519Jwk,
  exportPublicKey,
  exportSecretKey,
  importKeyPair,
  importPublicKey,
  type KeyFormat,
} from './crypto/key-formats.ts'
export {
  assertPublicKey,
  generateKeyPair,
  keyIdOf,
  type KeyPair,
  keyPairFromSecret,
} from './crypto/key-pair.ts'
export { createSha256, type Sha256, sha256 } from './crypto/sha256.ts'
export { createCallbackSigner, createSigner, type Signer } from './crypto/signer.ts'
export { type SignedMessage, verifyBatch } from './crypto/verify-batch.ts'
export type { AgentOptions, AgentReading } from './formats/claude-agent.ts'
export type { ClaudeMarketplaceReading } from './formats/claude-marketplace.ts'
export type { Conversion, WrittenFormat } from './formats/conversion.ts'
export type { ClaudePluginOptions, ClaudePluginReading } from './formats/claude-plugin.ts'
export type { FileEntry, FileMap, FormatOptions, FormatProblem } from './formats/file-map.ts'
export type { MarketplaceEntry } from './formats/write-claude-marketplace.ts'
export { formats } from './formats/formats.ts'
export { type Frontmatter, parseFrontmatter } from './formats/frontmatter.ts'
export type { SkillOptions, SkillReading } from './formats/skill-md.ts'
export { distinguishSlugs, makeSlug, slugSegment } from './formats/slug.ts'
export { canonicalize } from './json/canonicalize.ts'
export type { JsonObject, JsonValue } from './json/json-value.ts'
export { parseJson, type ParseJsonOptions } from './json/parse-json.ts'
export { applyKeyRotation, type KeyRotation, signKeyRotation } from './keyring/key-rotation.ts'
export {
  createKeyring,
  type KeyRecord,
  type KeyRefusal,
  type Keyring,
  namespaceOfSlug,
  refusalAt,
} from './keyring/keyring.ts'
export type { AgentContent } from './kinds/agent.ts'
export type {
  AppContent,
  AppHealthCheck,
  AppMount,
  AppPort,
  AppResources,
  AppService,
  AppVariable,
  ContainerForm,
} from './kinds/app.ts'
export type { ComponentContent } from './kinds/component.ts'
export type { DomainContent } from './kinds/domain.ts'
export { defineKind, type KindDefinition, kindDefinitionOf } from './kinds/kind-definition.ts'
export { isKind, type Kind, kindOfPlural, kinds, pluralOfKind } from './kinds/kind.ts'
export type { PersonaContent } from './kinds/persona.ts'
export type {
  PluginContent,
  PluginHook,
  PluginLspServer,
  PluginMcpServer,
  PluginPart,
} from './kinds/plugin.ts'
export type { SkillContent, SkillFile } from './kinds/skill.ts'
export type { ThemeContent } from './kinds/theme.ts'
export type { WidgetBinding, WidgetContent } from './kinds/widget.ts'
export type {
  ContentByKind,
  DraftOf,
  Manifest,
  ManifestCommon,
  ManifestDraft,
  ManifestLocale,
  ManifestMetadata,
  ManifestOf,
  ManifestOptimization,
  ManifestSignature,
  ManifestSource,
  PackageBinding,
  UnsignedManifest,
} from './manifest/manifest.ts'
export {
  maxManifestBytes,
  parseManifest,
  parseManifestDraft,
  type ParseManifestOptions,
  parseUnsignedManifest,
} from './manifest/parse-manifest.ts'
export { manifestJsonSchema } from './manifest/json-schema.ts'
export { manifestDigest, signManifest } from './manifest/sign-manifest.ts'
export {
  type ManifestRefusal,
  type ManifestVerdict,
  verifyManifest,
  type VerifyManifestOptions,
} from './manifest/verify-manifest.ts'
export { compareVersions, isVersion, isVersionRange, satisfiesRange } from './manifest/version.ts'
export {
  comparePermissions,
  derivePermissions,
  type PermissionMismatch,
} from './permissions/derive-permissions.ts'
export type {
  Capability,
  PermissionForm,
  PermissionGrammar,
  PermissionParts,
} from './permissions/permission-form.ts'
export {
  capabilitiesOf,
  diffPermissions,
  explainPermission,
  type GrammarSource,
  isPermission,
  type ParsedPermission,
  parsePermission,
  type PermissionDiff,
  permissionIncludes,
} from './permissions/permission.ts'
export { sortTree, type TreeFile, treeDigest } from './tree/tree-digest.ts'
