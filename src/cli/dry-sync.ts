import type { PackageState, SurveyedPackage } from '../engine/index.js';
import { EXIT, messageOf } from '../errors/index.js';
import { needsOf, whyAsJson } from '../report/index.js';
import { copyLines, dryCopies, type DryCopies, type Told } from './dry-copies.js';
import { exitCodeOfFailure } from './exit-code.js';
import type { SyncOptions } from './fresh-sync.js';
import type { Invocation } from './invocation.js';
import { sayError } from './say.js';
import { surveyProject } from './survey-project.js';
import { tableLines } from './text-table.js';

/**
 * `fettle sync --dry-run`: what a sync would do, on stdout; nothing is built, downloaded or written.
 * @returns the exit code: that of the first package of which nothing can be known, for the sync would fail there
 * @throws FettleError what is wrong with the manifest, its lock file or FETTLE_LINK
 */
export async function drySync(invocation: Invocation, options: SyncOptions): Promise<number> {
  return surveyProject(
    invocation,
    'sync',
    async (engine, request) => {
      const { packages, states } = await engine.explain(request, (all) => all.map(({ id }) => id));
      const told = packages.flatMap((of) => {
        const state = states.get(of.id) ?? unreadable(of);
        return state ? [{ of, state }] : [];
      });
      const copies = dryCopies(invocation, request.projectDir, { asked: options.link, packages: told });
      const asJson = (): object => ({
        packages: told.map(({ of, state }) => whyAsJson(of, needsOf(of.id, packages), state)),
        copies,
      });
      invocation.streams.out(options.json === true ? `${JSON.stringify(asJson())}\n` : planText(told, copies));
      const failed = told.flatMap(({ state }) => (state.status === 'unknown' ? [state.error] : []));
      for (const error of failed) sayError(invocation, error);
      return failed.length === 0 ? EXIT.ok : exitCodeOfFailure(failed[0]);
    },
    options,
  );
}

function unreadable({ error }: SurveyedPackage): PackageState | undefined {
  return error === null ? undefined : { status: 'unknown', error };
}

const WORDS: Readonly<Record<PackageState['status'], string>> = {
  cached: 'cached',
  missing: 'would be made',
  'user-managed': 'its check would be asked',
  'other-platform': 'not for this platform',
  unknown: 'would fail',
};

function planText(told: readonly Told[], copies: DryCopies): string {
  const rows = told.map(({ of, state }) => [of.id, WORDS[state.status], detailOf(state)]);
  const count = (status: PackageState['status']): number => told.filter(({ state }) => state.status === status).length;
  const counts = (Object.keys(WORDS) as PackageState['status'][])
    .filter((status) => count(status) > 0)
    .map((status) => `${String(count(status))} ${WORDS[status]}`);
  const packages = `${String(told.length)} package${told.length === 1 ? '' : 's'}`;
  const sum = `${packages}: ${counts.join(', ')}. Nothing was done.`;
  return `${[...tableLines(rows), ...copyLines(copies), sum].join('\n')}\n`;
}

function detailOf(state: PackageState): string {
  if (state.status === 'missing') return state.miss.reasons[0]?.text ?? '';
  return state.status === 'unknown' ? messageOf(state.error) : '';
}
