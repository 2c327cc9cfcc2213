export { openTelemetry, type Telemetry } from './telemetry.js';
export { wantsTelemetry } from './wants-telemetry.js';
