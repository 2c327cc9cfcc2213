/**
 * Milliseconds since some moment in the past, never running backwards: for durations. The same clock as
 * `performance.now`, whose module takes longer to load than everything a start measures.
 */
export function monotonicMs(): number {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1e3 + nanoseconds / 1e6;
}
