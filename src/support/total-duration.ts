/** Milliseconds of all phases together. */
export function totalDuration(durations: Readonly<Record<string, number>>): number {
  return Object.values(durations).reduce((sum, each) => sum + each, 0);
}
