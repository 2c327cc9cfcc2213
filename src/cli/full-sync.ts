import { dirname } from 'node:path';
import { EXIT } from '../errors/index.js';
import { SoleWriter } from '../project/index.js';
import { runJson } from '../report/index.js';
import { warnOfConflicts } from './conflicts.js';
import { exitCodeOfRun } from './exit-code.js';
import { forgetSync } from './forget-sync.js';
import type { SyncOptions } from './fresh-sync.js';
import { stampSync } from './stamp-sync.js';
import type { Invocation } from './invocation.js';
import { lockModeOf } from './lock-mode.js';
import { manifestFileOf } from './manifest-file.js';
import { provisionProject } from './provision-project.js';
import { sayError } from './say.js';
import { writeProjectAnswers } from './write-answers.js';

/** Loads everything, installs every package of the manifest, deploys, writes the project's environment. */
export async function fullSync(invocation: Invocation, options: SyncOptions): Promise<number> {
  const startedAt = invocation.host.now();
  const projectDir = dirname(manifestFileOf(invocation));
  using writer = new SoleWriter(projectDir);
  const { report, interruptedWith, manifestFile, record, requests, ...lock } = await provisionProject(invocation, {
    command: 'sync',
    choose: (manifest) => manifest.packages,
    isWhole: true,
    lock: options,
    link: options.link,
  });
  const hasWarned = report.ok && record !== undefined && warnOfConflicts(invocation, record);
  const mode = lockModeOf(invocation, options);
  const ended = { report, startedAt, isQuiet: !hasWarned, record, mode, ...lock };
  const states = stampSync(invocation, manifestFile, ended);
  if (report.ok && record) await writeProjectAnswers(invocation, { ...ended, manifestFile, record, requests, states });
  // Asked last: whoever comes now writes after all that was looked at.
  if (!writer.isAlone()) forgetSync(invocation, projectDir);
  if (report.error) sayError(invocation, report.error);
  if (options.json === true) invocation.streams.out(`${JSON.stringify(runJson(report))}\n`);
  return interruptedWith ?? (report.ok ? EXIT.ok : exitCodeOfRun(report));
}
