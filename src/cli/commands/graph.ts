import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { SurveyedPackage } from '../../engine/index.js';
import { EXIT, FettleError, messageOf } from '../../errors/index.js';
import { drawGraph, graphBelow, type GraphFormat } from '../../report/index.js';
import type { Invocation } from '../invocation.js';
import { idsCalled } from '../package-names.js';
import { sayError } from '../say.js';
import { surveyProject } from '../survey-project.js';

export interface GraphOptions {
  readonly format?: GraphFormat;
  readonly output?: string;
  readonly json?: boolean;
}

/**
 * `fettle graph [NAME…]`: the packages and what they need, drawn; recipes are read, nothing is built.
 * @throws FettleError what is wrong with the manifest or a recipe, E_UNKNOWN_PACKAGE
 */
export async function graph(invocation: Invocation, names: readonly string[], options: GraphOptions): Promise<number> {
  const format = formatOf(options);
  const drawn = await surveyProject(invocation, 'graph', async (engine, request) => {
    const packages = await engine.survey(request);
    refuseBroken(invocation, packages);
    const ids = packages.map(({ id }) => id);
    const named = names.flatMap((name) => idsCalled(ids, name, request.manifest.file));
    const roots = packages.filter(({ requestedAt }) => requestedAt !== null).map(({ id }) => id);
    return drawGraph(graphBelow(packages, names.length === 0 ? roots : [...new Set(named)]), format);
  });
  if (options.output === undefined || options.output === '-') invocation.streams.out(drawn);
  else await writeTo(resolve(invocation.host.cwd, options.output), drawn);
  return EXIT.ok;
}

function formatOf({ format, json }: GraphOptions): GraphFormat {
  if (json !== true) return format ?? 'text';
  if (format === undefined || format === 'json') return 'json';
  throw new FettleError('E_USAGE', `--json and --format ${format} exclude each other`, {
    hint: '--json is short for --format json.',
  });
}

/** As a sync does it, all failures are told; the last one by whoever called. */
function refuseBroken(invocation: Invocation, packages: readonly SurveyedPackage[]): void {
  const errors = packages.flatMap(({ error }) => (error === null ? [] : [error]));
  const [first, ...others] = errors;
  for (const error of others) sayError(invocation, error);
  if (first !== undefined) throw first;
}

async function writeTo(path: string, text: string): Promise<void> {
  try {
    await writeFile(path, text);
  } catch (error) {
    throw new FettleError('E_FILE', `the graph cannot be written: ${messageOf(error)}`, {
      facts: { path },
      cause: error,
    });
  }
}
