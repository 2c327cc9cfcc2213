import { isSwitchedOn } from '../../support/switched-on.js';

/** Whether the environment names a collector for traces, and does not switch telemetry off. */
export function wantsTelemetry(env: Readonly<Record<string, string>>): boolean {
  if (isSwitchedOn(env['OTEL_SDK_DISABLED']) || env['OTEL_TRACES_EXPORTER'] === 'none') return false;
  return isSet(env['OTEL_EXPORTER_OTLP_ENDPOINT']) || isSet(env['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT']);
}

function isSet(value: string | undefined): boolean {
  return value !== undefined && value.trim() !== '';
}
