export type FindingStatus = 'ok' | 'warning' | 'problem';

/** What one check has found. */
export interface Finding {
  /** What was looked at, in a word or two. */
  readonly name: string;
  readonly status: FindingStatus;
  /** In one line. No credentials. */
  readonly found: string;
  /** How to mend it; null where there is nothing to mend. */
  readonly mend: string | null;
}

export function ok(name: string, found: string): Finding {
  return { name, status: 'ok', found, mend: null };
}

export function warning(name: string, found: string, mend: string): Finding {
  return { name, status: 'warning', found, mend };
}

export function problem(name: string, found: string, mend: string): Finding {
  return { name, status: 'problem', found, mend };
}
