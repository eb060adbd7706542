// What every process of the operator needs, with a registry or without one.
export { onShutdown } from './platform/shutdown.ts'
export { StartupError } from './platform/startup-error.ts'
