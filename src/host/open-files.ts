import { readFileSync } from 'node:fs';

/**
 * How many files this process may have open at once; undefined where that cannot be asked quickly. Node has raised the
 * soft limit to the hard one already. Source: proc(5), /proc/<pid>/limits.
 */
export function openFilesLimit(): number | undefined {
  try {
    const found = /^Max open files +(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1];
    return found === undefined ? undefined : Number(found);
  } catch {
    return undefined;
  }
}

/** The same on every system, and also when no more files can be opened; takes some ten milliseconds. */
export function reportedOpenFilesLimit(): string | undefined {
  const { userLimits } = process.report.getReport() as { readonly userLimits?: UserLimits };
  const soft = userLimits?.open_files?.soft;
  return soft === undefined ? undefined : String(soft);
}

interface UserLimits {
  readonly open_files?: { readonly soft?: number | string };
}
