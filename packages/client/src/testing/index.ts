export {
  createMothershipHandlers,
  type MothershipFault,
  type MothershipHandlers,
  type MothershipHandlersOptions,
} from './mothership-handlers.ts'
