import { isAbsolute, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A source as the lock file has it: as written, but for paths that are those of one machine only. */
export function portableSource(text: string, manifestDirectory: string): string {
  const path = localPath(text);
  if (path === undefined) return text;
  const fromManifest = relative(manifestDirectory, path).split(sep).join('/');
  return fromManifest === '' ? '.' : fromManifest;
}

function localPath(text: string): string | undefined {
  if (!/^file:/i.test(text)) return isAbsolute(text) ? text : undefined;
  try {
    return fileURLToPath(text);
  } catch {
    return undefined;
  }
}
