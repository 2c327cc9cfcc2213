import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { messageOf } from '../../errors/index.js';
import type { Host } from '../../host/index.js';
import { lockFileOf, readLockFile, type Manifest } from '../../manifest/index.js';
import { isTrusted, manifestChanged, readEnvironment, recordText } from '../../project/index.js';
import { ok, problem, warning, type Finding } from './finding.js';

/** A project as far as it could be read. */
export interface ExaminedProject {
  readonly manifestFile: string;
  readonly manifest: Manifest | undefined;
  /** What loading the manifest threw. */
  readonly error: unknown;
}

/** Manifest, lock file, the record of the last sync, and hooks. */
export async function checkProject(project: ExaminedProject | undefined, host: Host): Promise<readonly Finding[]> {
  if (!project) {
    return [ok('project', `no fettle.lua in ${host.cwd} or above it`), await checkHook(host)];
  }
  return [
    checkManifest(project),
    await checkLockFile(project),
    ...(await checkRecord(project, host)),
    await checkHook(host),
  ];
}

function checkManifest({ manifestFile, manifest, error }: ExaminedProject): Finding {
  if (!manifest)
    return problem('manifest', `${manifestFile}: ${messageOf(error)}`, 'Correct it; "fettle list" shows the line.');
  const count = manifest.packages.length;
  const found = `${manifestFile} (${count} package${count === 1 ? '' : 's'})`;
  const [first] = manifest.warnings;
  return first === undefined ? ok('manifest', found) : warning('manifest', `${found}: ${first}`, 'Correct the name.');
}

async function checkLockFile({ manifestFile }: ExaminedProject): Promise<Finding> {
  const file = lockFileOf(manifestFile);
  try {
    const lock = await readLockFile(file);
    return ok('lock file', lock ? file : 'none yet; the first sync writes it');
  } catch (error) {
    return problem(
      'lock file',
      messageOf(error),
      'Correct it, or run "fettle lock", which joins the sides of a merge conflict.',
    );
  }
}

async function checkRecord({ manifestFile }: ExaminedProject, host: Host): Promise<readonly Finding[]> {
  const name = 'environment';
  const sync = 'Run "fettle sync".';
  try {
    const record = readEnvironment(dirname(manifestFile));
    if (!record) return [warning(name, 'no sync has been yet', sync)];
    const isTrustedRecord = isTrusted(dirname(manifestFile), recordText(record), host);
    const trust = isTrustedRecord
      ? ok('trust', 'hooks of shells activate this project')
      : warning(
          'trust',
          'hooks of shells pass this project over: its environment is not that of a sync of yours',
          sync,
        );
    const changed = manifestChanged(record, await readFile(manifestFile).catch(() => new Uint8Array()));
    const state = changed
      ? warning(name, 'the manifest is not that of the last complete sync', sync)
      : ok(name, `of the last sync; packages: ${record.packages.length}`);
    return [state, trust];
  } catch (error) {
    return [warning(name, messageOf(error), sync)];
  }
}

/** A hook is no duty: launchers and `fettle run` do without. */
async function checkHook({ env, home }: Host): Promise<Finding> {
  if (env['FETTLE_ACTIVE'] !== undefined) return ok('hook', 'active in this shell');
  const files = startFiles(env, home);
  const texts = await Promise.all(files.map((file) => readFile(file, 'utf8').catch(() => '')));
  const having = files.filter((_, index) => /\bfettle hook\b/.test(texts[index] ?? ''));
  return ok('hook', having.length > 0 ? `in ${having.join(', ')}` : 'none in the start-up files of bash, zsh and fish');
}

function startFiles(env: Host['env'], home: string): readonly string[] {
  return [
    join(home, '.bashrc'),
    join(env['ZDOTDIR'] ?? home, '.zshrc'),
    join(env['XDG_CONFIG_HOME'] ?? join(home, '.config'), 'fish', 'config.fish'),
  ];
}
