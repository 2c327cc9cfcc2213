import { realpathSync } from 'node:fs';
import { dirname, isAbsolute, join, normalize, sep } from 'node:path';
import type { FingerprintLine } from '../cache/index.js';
import { FettleError, hasCode } from '../errors/index.js';
import type { ExportedTree } from './tree-items.js';

/** As many are shown of what is wrong; the rest is of the same kind. */
const SHOWN = 20;

/**
 * Refuses trees with links that lead out of them, and with things that are no files: what they mean elsewhere, nobody
 * knows, and no import would take them.
 * @throws FettleError E_EXPORT naming all of them
 */
export function refuseUnportable(trees: readonly ExportedTree[]): void {
  const found = trees.flatMap((tree) =>
    tree.lines.flatMap((line) => {
      const problem = problemOf(tree.folder, line);
      return problem === undefined ? [] : [`${tree.name}: ${line.path} ${problem}`];
    }),
  );
  if (found.length === 0) return;
  const more = found.length > SHOWN ? [`and ${String(found.length - SHOWN)} more`] : [];
  throw new FettleError('E_EXPORT', 'Some packages hold what cannot be carried to another machine.', {
    facts: { found: [...found.slice(0, SHOWN), ...more] },
    hint: 'Change their recipes so that links stay inside install_dir, or export the other packages by name.',
  });
}

function problemOf(folder: string, line: FingerprintLine): string | undefined {
  if (line.kind === 'other') return 'is neither a file nor a folder nor a link';
  if (line.kind === 'file' && line.sha256 === undefined) return 'has no recorded digest';
  if (line.kind !== 'symlink') return undefined;
  return leadsOut(folder, line.path, line.target ?? '') ? `is a link that leads out: ${line.target ?? ''}` : undefined;
}

/** Whether a link below a folder leads out of it. One that leads nowhere is judged by its text. */
export function leadsOut(folder: string, path: string, target: string): boolean {
  if (isAbsolute(target)) return true;
  try {
    const root = realpathSync(folder);
    const real = realpathSync(join(folder, path));
    return real !== root && !real.startsWith(root + sep);
  } catch (error) {
    // A circle leads nowhere.
    if (!hasCode(error, 'ENOENT', 'ENOTDIR', 'ELOOP')) throw error;
    return normalize(join(dirname(path), target)).split(sep)[0] === '..';
  }
}
