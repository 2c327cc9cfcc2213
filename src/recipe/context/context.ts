import { FettleError } from '../../errors/index.js';
import {
  HostObject,
  waits,
  type HostFunction,
  type HostValue,
  type LateMembers,
  type LuaValue,
} from '../../lua/index.js';
import type { VerbName } from '../recipe.js';
import { extract, extractAll } from './archives.js';
import { CallArguments } from './arguments.js';
import { commitFetch, fetchIntoTmp, importFile } from './downloads.js';
import {
  copy,
  exists,
  glob,
  isDirectory,
  isFile,
  list,
  makeDirectory,
  move,
  readWholeFile,
  remove,
  sha256,
  writeWholeFile,
} from './files.js';
import { prependPath, setEnvironmentVariable } from './project-environment.js';
import { run } from './run.js';
import type { PhaseEffects, PhaseServices } from './services.js';

type ContextFunction = (call: CallArguments, services: PhaseServices, effects: PhaseEffects) => unknown;

interface Offer {
  readonly where: readonly VerbName[];
  /** Whether the coroutine is suspended until the function is done. */
  readonly waits: boolean;
  readonly call: ContextFunction;
}

const EVERYWHERE: readonly VerbName[] = ['check', 'fetch', 'stage', 'build', 'install', 'deploy'];
const WITH_FETCH_DIR: readonly VerbName[] = ['fetch', 'stage', 'build', 'install'];

/** What `ctx` offers, and in which phases. docs/language.md has the same table for authors. */
const OFFERS: Readonly<Record<string, Offer>> = {
  run: { where: EVERYWHERE, waits: true, call: run },
  asset: {
    where: EVERYWHERE,
    waits: false,
    call: (call, { dependencies }) => dependencies.asset(call.text(1, 'identity')),
  },
  product: {
    where: EVERYWHERE,
    waits: false,
    call: (call, { dependencies }) => dependencies.product(call.text(1, 'name')),
  },
  copy: { where: EVERYWHERE, waits: true, call: copy },
  move: { where: EVERYWHERE, waits: true, call: move },
  remove: { where: EVERYWHERE, waits: true, call: remove },
  mkdir: { where: EVERYWHERE, waits: true, call: makeDirectory },
  exists: { where: EVERYWHERE, waits: true, call: exists },
  is_file: { where: EVERYWHERE, waits: true, call: isFile },
  is_dir: { where: EVERYWHERE, waits: true, call: isDirectory },
  read_file: { where: EVERYWHERE, waits: true, call: readWholeFile },
  write_file: { where: EVERYWHERE, waits: true, call: writeWholeFile },
  glob: { where: EVERYWHERE, waits: true, call: glob },
  ls: { where: EVERYWHERE, waits: true, call: list },
  sha256: { where: EVERYWHERE, waits: true, call: sha256 },
  extract: { where: WITH_FETCH_DIR, waits: true, call: extract },
  extract_all: { where: ['stage'], waits: true, call: extractAll },
  fetch: { where: ['fetch'], waits: true, call: fetchIntoTmp },
  commit_fetch: { where: ['fetch'], waits: true, call: commitFetch },
  import: { where: ['fetch'], waits: true, call: importFile },
  mark_install_complete: {
    where: ['install'],
    waits: false,
    call: markInstallComplete,
  },
  set_env: {
    where: ['deploy'],
    waits: false,
    call: (call, _services, effects) => {
      setEnvironmentVariable(call, effects);
    },
  },
  prepend_path: {
    where: ['deploy'],
    waits: false,
    call: (call, _services, effects) => {
      prependPath(call, effects);
    },
  },
};

const OFFERED: readonly string[] = Object.keys(OFFERS);

export interface PhaseContext {
  /** The `ctx` that the verb is called with. */
  readonly ctx: HostObject;
  readonly effects: PhaseEffects;
}

/** Makes the `ctx` of one call of a verb. */
export function createContext(services: PhaseServices): PhaseContext {
  const effects: PhaseEffects = { markedComplete: false, path: [], env: {} };
  const late: LateMembers = {
    fields: foldersOf(services),
    methods: OFFERED,
    makeMethod: (name) => hostFunction(name, services, effects),
  };
  return { ctx: new HostObject(fieldsOf(services), {}, 'ctx', late), effects };
}

function hostFunction(name: string, services: PhaseServices, effects: PhaseEffects): HostFunction {
  const offer = OFFERS[name];
  if (!offer) throw new TypeError(`ctx offers no ${name}`);
  if (!offer.where.includes(services.phase)) {
    return () => {
      throw notHere(name, offer.where, services.phase);
    };
  }
  const called: HostFunction = (...values: LuaValue[]) =>
    offer.call(new CallArguments(name, values, services.cwd), services, effects) as HostValue | Promise<HostValue>;
  return offer.waits ? waits(called) : called;
}

function markInstallComplete(_call: CallArguments, services: PhaseServices, effects: PhaseEffects): void {
  effects.markedComplete = true;
  if (services.isUserManaged) throw checkAndMarkError(services.identity);
}

/** The error for a recipe that says both "I look after myself" and "keep what I made". */
export function checkAndMarkError(identity: string): FettleError {
  return new FettleError('E_CHECK_AND_MARK', `${identity} has a check and also calls ctx.mark_install_complete()`, {
    facts: { identity },
    hint:
      'Choose one. Without `check` fettle keeps what install puts into ctx.install_dir, and knows itself when it is there. ' +
      'With `check` the package lives outside of the cache: take ctx.mark_install_complete() out.',
  });
}

function notHere(name: string, where: readonly VerbName[], phase: VerbName): FettleError {
  return new FettleError('E_CTX_PHASE', `ctx.${name} is not available in ${phase}`, {
    facts: { function: `ctx.${name}`, phase, available_in: where.join(', ') },
    hint: `Call it in ${where.join(', ')}.`,
  });
}

function fieldsOf({ identity, options, folders, jobs }: PhaseServices): Readonly<Record<string, HostValue>> {
  return {
    identity,
    options,
    jobs,
    project_dir: folders.project,
    install_dir: folders.install,
  };
}

/** Each is made for whoever asks for it. */
function foldersOf({ folders }: PhaseServices): Readonly<Record<string, () => HostValue>> {
  return { fetch_dir: () => folders.fetch, stage_dir: () => folders.stage, tmp: () => folders.tmp };
}
