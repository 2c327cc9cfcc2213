import { createHash } from 'node:crypto';
import { dirname } from 'node:path';
import { leaseAssets } from '../../cache/index.js';
import { EXIT, messageOf } from '../../errors/index.js';
import {
  activate,
  changesBetween,
  composeEnvironment,
  deactivate,
  findManifest,
  formatChanges,
  formatMemory,
  generationOf,
  isTrusted,
  manifestChanged,
  readEnvironment,
  recordText,
  type EnvironmentRecord,
  type HookShell,
} from '../../project/index.js';
import type { Invocation } from '../invocation.js';
import { readManifestBytes } from '../manifest-file.js';
import { assetsOf } from '../run-in-project.js';

/** What the folder of the shell calls for. */
type Target =
  | { readonly kind: 'none' }
  | { readonly kind: 'trusted'; readonly projectDir: string; readonly record: EnvironmentRecord }
  | { readonly kind: 'declined'; readonly projectDir: string; readonly reason: string };

/**
 * `fettle hook-env SHELL`, which hooks run when something has changed: prints code that leaves the project the shell is
 * in, and enters that of the current folder. It never fails because of a project: the shell has one left all the same.
 * @param options - `told`: the folders that were refused before, as this command has told the shell to keep them
 */
export async function hookEnv(
  invocation: Invocation,
  shell: HookShell,
  options: { readonly told?: string },
): Promise<number> {
  const { host, streams } = invocation;
  const target = await targetOf(invocation);
  const left = deactivate(host.env);
  const next = target.kind === 'trusted' ? await entered(invocation, target, left) : left;
  streams.out(formatChanges(changesBetween(host.env, next), shell));
  if (target.kind === 'declined') streams.out(decline(invocation, target, { shell, told: options.told ?? '' }));
  return EXIT.ok;
}

/** Only the nearest fettle.lua counts: --manifest and its variable name a project for one command, not for a folder. */
async function targetOf({ host }: Invocation): Promise<Target> {
  const manifestFile = findManifest(host.cwd);
  if (manifestFile === undefined) return { kind: 'none' };
  const projectDir = dirname(manifestFile);
  try {
    const record = readEnvironment(projectDir);
    if (!record) return { kind: 'none' };
    // Of the record as it was read, not of the file, which may be another one by now.
    if (isTrusted(projectDir, recordText(record), host)) return { kind: 'trusted', projectDir, record };
    return { kind: 'declined', projectDir, reason: 'its environment is not that of a sync of yours' };
  } catch (error) {
    return { kind: 'declined', projectDir, reason: messageOf(error) };
  }
}

async function entered(
  { host, streams }: Invocation,
  { projectDir, record }: Extract<Target, { kind: 'trusted' }>,
  left: Readonly<Record<string, string>>,
): Promise<Record<string, string>> {
  // Counts as a use; the shell itself holds no lease, because nobody would give it back.
  leaseAssets(assetsOf(record), host)[Symbol.dispose]();
  if (manifestChanged(record, bytesIfThere(record.manifestFile)))
    streams.err(`fettle: ${shown(record.manifestFile)} is not what the last complete sync used; run "fettle sync"\n`);
  return activate(left, composeEnvironment(record), `${projectDir}:${generationOf(recordText(record))}`);
}

function bytesIfThere(manifestFile: string): Uint8Array {
  try {
    return readManifestBytes(manifestFile);
  } catch {
    return new Uint8Array();
  }
}

/** Says once in each shell that a folder is passed over, and why. */
function decline(
  { streams }: Invocation,
  { projectDir, reason }: Extract<Target, { kind: 'declined' }>,
  { shell, told }: { readonly shell: HookShell; readonly told: string },
): string {
  const known = told.split(',').filter((each) => /^[0-9a-f]{12}$/.test(each));
  const own = createHash('sha256').update(projectDir).digest('hex').slice(0, 12);
  if (known.includes(own)) return '';
  streams.err(`fettle: ${shown(projectDir)} is not activated: ${reason}; run "fettle sync" to activate it\n`);
  return formatMemory('__fettle_told', [...known, own].join(','), shell);
}

/** A foreign folder may have a name that would command the terminal. */
function shown(path: string): string {
  return JSON.stringify(path);
}
