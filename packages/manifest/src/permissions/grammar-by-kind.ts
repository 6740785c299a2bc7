import type { Kind } from '../kinds/kind.ts'
import {
  agentForm,
  chatInjectForm,
  dataReadForm,
  dataWriteForm,
  dockerCapabilityForm,
  environmentForm,
  executeForm,
  hookForm,
  mcpForm,
  modelForm,
  mountForm,
  networkForm,
  portForm,
  refreshForm,
  temporaryFilesForm,
  toolForm,
} from './forms.ts'
import type { PermissionGrammar } from './permission-form.ts'

/** What each kind may ask for. Themes and personas may ask for nothing. */
export const grammarByKind: Readonly<Record<Kind, PermissionGrammar>> = {
  app: [dockerCapabilityForm, portForm, mountForm, networkForm],
  skill: [networkForm, chatInjectForm, temporaryFilesForm],
  widget: [dataReadForm, refreshForm],
  theme: [],
  plugin: [mcpForm, hookForm, executeForm, environmentForm, networkForm],
  agent: [toolForm, modelForm, dockerCapabilityForm, portForm, mountForm, networkForm],
  domain: [dataReadForm, agentForm],
  component: [dataReadForm, dataWriteForm, networkForm],
  persona: [],
}

/** Names of the forms an agent may use only in its container form. */
export const containerForms: readonly string[] = ['docker_capability', 'port', 'mount', 'network']
