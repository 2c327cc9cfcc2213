export { openTelemetry, wantsTelemetry, type Telemetry } from './telemetry.js';
