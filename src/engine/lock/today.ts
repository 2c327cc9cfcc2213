import type { Host } from '../../host/index.js';

/**
 * The day that first-seen digests are recorded with, in UTC: `2026-11-21`. SOURCE_DATE_EPOCH (seconds) sets it, as for
 * all programs whose output is to be the same again (reproducible-builds.org).
 */
export function today({ env, now }: Pick<Host, 'env' | 'now'>): string {
  const seconds = Number(env['SOURCE_DATE_EPOCH'] ?? '');
  const isSet = env['SOURCE_DATE_EPOCH'] !== undefined && Number.isSafeInteger(seconds) && seconds > 0;
  return new Date(isSet ? seconds * 1000 : now()).toISOString().slice(0, 'YYYY-MM-DD'.length);
}
