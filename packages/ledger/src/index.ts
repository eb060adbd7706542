export * from './founding.ts'
export * from './lane.ts'
export { MemoryLedger } from './memory.ts'
export * from './port.ts'
