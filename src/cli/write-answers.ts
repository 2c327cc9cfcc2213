import { isAbsolute } from 'node:path';
import { leaseNames } from '../cache/index.js';
import type { PackageOutcome } from '../engine/index.js';
import type { PackageRequest } from '../manifest/index.js';
import {
  composeEnvironment,
  environmentFileOf,
  settledStates,
  writeAnswers,
  type EnvironmentRecord,
  type PackageAnswers,
  type SyncStamp,
} from '../project/index.js';
import type { EndedSync } from './stamp-sync.js';
import { cacheRootOf, type Invocation } from './invocation.js';
import { lockModeOf } from './lock-mode.js';
import { assetsOf } from './run-in-project.js';
import { namesOf } from './select-packages.js';

/** Variables that every command reads, and may refuse. */
const OPTIONS = [
  ...['FETTLE_JOBS', 'FETTLE_PACKAGES', 'FETTLE_LOCK_TIMEOUT', 'FETTLE_LUA_CPU_LIMIT', 'FETTLE_STALE_LOCK'],
  ...['FETTLE_REQUIRE_RELEASE_AGE', 'FETTLE_FAIL_FAST', 'FETTLE_OFFLINE', 'FETTLE_LOCKED', 'FETTLE_FROZEN'],
  ...['FETTLE_REPORTER', 'FETTLE_COLOR', 'FETTLE_LINK', 'FETTLE_JOBSERVER'],
];
/** Those that find the cache. */
const PLACES = ['HOME', 'XDG_CACHE_HOME', 'FETTLE_CACHE_ROOT'];
/** Who sets one of these wants to see more, or somewhere else, than the entry says. */
const DETAILS = [
  ...['FETTLE_QUIET', 'FETTLE_VERBOSE', 'FETTLE_REPORTER', 'FETTLE_COLOR', 'FETTLE_TRACE', 'FETTLE_EVENTS'],
  ...['OTEL_EXPORTER_OTLP_ENDPOINT', 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', 'GITHUB_ACTIONS'],
];

/** Variables whose change sends a call to Node. */
export const COMPARED_VARIABLES: readonly string[] = [...OPTIONS, ...PLACES, ...DETAILS];

/** A sync that has ended well, and what it left behind. */
export interface AnsweredSync extends Pick<EndedSync, 'report' | 'startedAt' | 'mode'> {
  readonly manifestFile: string;
  readonly record: EnvironmentRecord;
  /** The packages of the manifest. */
  readonly requests: readonly PackageRequest[];
  /** Those of the stamp; undefined when there is none. */
  readonly states: SyncStamp['states'] | undefined;
}

/** Writes down what the command's entry may answer until something changes. */
export async function writeProjectAnswers(invocation: Invocation, sync: AnsweredSync): Promise<void> {
  const { host, globals, build } = invocation;
  const { manifestFile, record, startedAt } = sync;
  const composed = composeEnvironment(record);
  const { projectDir } = composed;
  const files = [manifestFile, environmentFileOf(projectDir)];
  const states = settledStates(files, { sources: [manifestFile], startedAt });
  if (globals.manifest !== undefined || !states) return;
  const answers = {
    projectDir,
    build,
    settings: variablesOf(OPTIONS, host.env),
    environment: { composed, states, leases: leaseNames(assetsOf(record)) },
    packages: packageAnswers(invocation, sync),
  };
  await writeAnswers(answers, host, host.now());
}

function packageAnswers(invocation: Invocation, sync: AnsweredSync): PackageAnswers | undefined {
  const { globals, host } = invocation;
  const { report, states, requests } = sync;
  const isAsked = globals.cacheRoot !== undefined || globals.requireReleaseAge !== undefined;
  const root = host.env['FETTLE_CACHE_ROOT'];
  if (!states || !report.inputs || isAsked || (root && !isAbsolute(root))) return undefined;
  const isWhole = report.packages.every(({ status }) => status === 'cached' || status === 'installed');
  const outcomes = new Map(report.packages.map((outcome) => [outcome.id, outcome]));
  return {
    cacheRoot: cacheRootOf(invocation),
    states,
    variables: { ...report.inputs.env, ...variablesOf(PLACES, host.env) },
    unset: DETAILS,
    lock: lockModeOf(invocation, { frozen: sync.mode === 'frozen' }) === 'frozen' ? 'frozen' : 'seen',
    summary: isWhole ? summaryOf(report.packages.length) : undefined,
    assets: assetAnswers(requests, outcomes),
    products: isWhole ? productAnswers(requests, outcomes) : new Map(),
  };
}

function summaryOf(packages: number): string {
  return `${packages} ${packages === 1 ? 'package' : 'packages'}: ${packages} cached, nothing has changed`;
}

type Outcomes = ReadonlyMap<string, PackageOutcome>;

/** Names that mean one package and no other. */
function assetAnswers(requests: readonly PackageRequest[], outcomes: Outcomes): ReadonlyMap<string, string> {
  const named = requests.map((request) => {
    const [id = '', ...others] = namesOf(request);
    return { names: new Set([id, ...others]), path: outcomes.get(id)?.path ?? null };
  });
  const uses = new Map<string, number>();
  for (const name of named.flatMap(({ names }) => [...names])) uses.set(name, (uses.get(name) ?? 0) + 1);
  return new Map(
    named.flatMap(({ names, path }) =>
      path === null ? [] : [...names].filter((name) => uses.get(name) === 1).map((name) => [name, path] as const),
    ),
  );
}

/** The first package of the manifest that offers a product. */
function productAnswers(requests: readonly PackageRequest[], outcomes: Outcomes): ReadonlyMap<string, string> {
  const answers = new Map<string, string>();
  for (const request of requests) {
    const { products = {} } = outcomes.get(namesOf(request)[0] ?? '') ?? {};
    for (const [name, path] of Object.entries(products)) if (!answers.has(name)) answers.set(name, path);
  }
  return answers;
}

function variablesOf(
  names: readonly string[],
  env: Readonly<Record<string, string>>,
): Readonly<Record<string, string | null>> {
  return Object.fromEntries(names.map((name) => [name, env[name] ?? null]));
}
