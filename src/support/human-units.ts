const BYTE_UNITS = ['kB', 'MB', 'GB', 'TB', 'PB'] as const;

/** Bytes with SI prefixes and three digits at most: `0 B`, `999 B`, `1.5 kB`, `305 kB`, `1.1 GB`. */
export function formatBytes(bytes: number): string {
  if (bytes < 999.5) return `${Math.round(bytes)} B`;
  let value = bytes;
  let unit = '';
  for (const next of BYTE_UNITS) {
    value /= 1000;
    unit = next;
    if (value < 999.5) break;
  }
  return `${shortNumber(value)} ${unit}`;
}

/** Bytes per second; an interval too short to measure counts as one millisecond. */
export function formatRate(bytes: number, durationMs: number): string {
  return `${formatBytes((bytes * 1000) / Math.max(1, durationMs))}/s`;
}

/** A duration in milliseconds at the precision people read: `40 ms`, `0.4 s`, `12 s`, `3 min 5 s`, `2 h 4 min`. */
export function formatDuration(durationMs: number): string {
  const milliseconds = Math.max(0, Math.round(durationMs));
  if (milliseconds < 100) return `${milliseconds} ms`;
  const seconds = Math.round(milliseconds / 1000);
  if (seconds < 60) return `${shortNumber(milliseconds / 1000)} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return joinUnits(minutes, 'min', seconds % 60, 's');
  return joinUnits(Math.floor(minutes / 60), 'h', minutes % 60, 'min');
}

/** One decimal below ten, none above; 9.96 is `10`, not `10.0`. */
function shortNumber(value: number): string {
  const tenths = Math.round(value * 10) / 10;
  return tenths < 10 ? tenths.toFixed(1) : String(Math.round(value));
}

function joinUnits(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large} ${largeUnit}` : `${large} ${largeUnit} ${small} ${smallUnit}`;
}
