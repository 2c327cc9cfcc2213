import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Emit } from '../events/index.js';
import { LuaTable } from '../lua/index.js';
import { runScript } from '../process/index.js';
import { createContext, parseFetchRequests, type PhaseFolders, type PhaseServices } from '../recipe/index.js';
import { defaultShellFor } from './default-shell.js';
import { Dependencies } from './dependencies.js';
import type { PackageNode } from './graph.js';
import type { Run } from './run.js';
import { scriptEnvironment } from './script-environment.js';

/**
 * Calls the `fetch` function of a manifest or dependency entry: it brings the recipe itself. What it commits, and what
 * it returns as a fetch table, lands in `directory`.
 * @throws FettleError what the function throws
 */
export async function fetchRecipeWithFunction(
  run: Run,
  node: PackageNode,
  directory: string,
  emit: Emit,
): Promise<void> {
  const { request } = node;
  const { fetch } = request;
  const state = fetch && (run.functionStates.get(fetch) ?? run.manifest.state);
  if (!fetch || !state) throw new TypeError(`${request.identity.text} has no fetch function`);
  const tmp = join(directory, '.tmp');
  await mkdir(join(tmp, '.fettle'), { recursive: true });
  try {
    const { ctx } = createContext(servicesFor(run, node, { directory, tmp, emit }));
    const [returned] = await state.call(fetch, [ctx], run.signal);
    if (!(returned instanceof LuaTable) || returned.size === 0) return;
    const where = { file: request.declaredIn.file, field: `what ${request.declaredIn.field}.fetch returned` };
    const requests = parseFetchRequests(returned, where, [request.declaredIn.directory]);
    await run.fetcher.fetchAll(requests, { directory, emit, signal: run.signal });
  } finally {
    await rm(tmp, { recursive: true, force: true });
  }
}

interface RecipeFetchPlace {
  readonly directory: string;
  readonly tmp: string;
  readonly emit: Emit;
}

function servicesFor(run: Run, node: PackageNode, place: RecipeFetchPlace): PhaseServices {
  const { request } = node;
  const folders: PhaseFolders = {
    fetch: place.directory,
    stage: undefined,
    install: undefined,
    tmp: place.tmp,
    project: run.projectDir,
  };
  const identity = request.identity.text;
  const dependencies = new Dependencies(node, 'recipe_fetch');
  const surroundings = {
    inherited: run.host.env,
    identity,
    dependencies,
    phase: 'recipe_fetch',
    folders,
    jobs: 1,
  } as const;
  const access = dependencies.accessIn('recipe_fetch');
  return {
    phase: 'fetch',
    host: run.host,
    identity,
    options: request.options,
    folders,
    cwd: place.tmp,
    jobs: 1,
    fetchBaseDirs: [request.declaredIn.directory],
    recipeFile: request.declaredIn.file,
    isUserManaged: false,
    scratch: () => join(place.tmp, '.fettle'),
    fetcher: run.fetcher,
    extraction: run.extraction,
    children: run.children,
    scriptEnvironment: () => scriptEnvironment(surroundings),
    runScript,
    defaultShell: () => defaultShellFor(run.manifest, access, run.signal),
    dependencies: access,
    withTerminal: (work) => run.limits.terminal.run(work, run.signal),
    protectedFolders: [run.host.home, run.cache.root, run.projectDir, place.directory],
    log: () => undefined,
    emit: place.emit,
    signal: run.signal,
  };
}
