export { EventBus, type Subscriber } from './bus.js';
export {
  PHASES,
  type Emit,
  type EngineEvent,
  type EventBody,
  type EventContext,
  type LockOwner,
  type LogLevel,
  type PackageRef,
  type PackageStatus,
  type Phase,
} from './events.js';
export { MISS_KINDS, type MissKind, type MissReason } from './miss-reason.js';
