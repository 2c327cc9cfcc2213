import { readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { FettleError, hasCode, messageOf } from '../errors/index.js';
import type { LogLevel } from '../events/index.js';
import type { Host } from '../host/index.js';
import { LuaFunction, openLuaState, readPlainChunk, type LuaState, type LuaValue } from '../lua/index.js';
import { MANIFEST_NAME } from '../support/manifest-name.js';
import { readArray, wrongType } from './lua-fields.js';
import { MANIFEST_GLOBALS } from './manifest-globals.js';
import type { DefaultShell, Manifest } from './manifest.js';
import { misspeltGlobals } from './misspelt-globals.js';
import { parseRequest } from './parse-request.js';
import { parseShell } from './parse-shell.js';
import { Place } from './place.js';
import { readGlobal } from './read-global.js';
import { parsePlatforms, platformMatches } from './platforms.js';
import type { PackageRequest } from './request.js';
import { uniqueRequests } from './source-conflict.js';

/** What running a manifest or a recipe needs. */
export interface LuaHost {
  readonly host: Host;
  readonly version: string;
  /** Receives what the Lua code prints. Default: dropped. */
  readonly log?: (level: LogLevel, message: string) => void;
  /** Lua CPU time one call may use, in milliseconds. */
  readonly cpuLimitMs?: number;
}

/**
 * Runs a manifest and reads what it assigned. The caller closes `state` when the manifest keeps one.
 * @throws FettleError E_NO_MANIFEST, E_MANIFEST, E_SHELL, E_SOURCE_CONFLICT, what parseRequest throws, and E_LUA_*
 */
export function loadManifest(file: string, options: LuaHost): Manifest {
  const path = resolve(options.host.cwd, file);
  return loadManifestText(path, readManifest(path), options);
}

/**
 * As loadManifest, for a text that is not in its file yet. Lines that errors show are those of the file.
 * @param file absolute
 */
export function loadManifestText(file: string, source: Uint8Array, options: LuaHost): Manifest {
  const plain = parsePlainManifest(source, file, options.host);
  if (plain) return plain;
  const state = openLuaState({ ...options, requireRoot: dirname(file) });
  let isKept = false;
  try {
    state.run(source, file);
    const manifest = parseManifest(state, file, options.host, state);
    isKept = manifest.state !== undefined;
    return manifest;
  } finally {
    if (!isKept) state.close();
  }
}

/** A manifest with no packages, for running a recipe in a folder that has none. */
export function emptyManifest(directory: string): Manifest {
  return Object.freeze({
    file: join(directory, MANIFEST_NAME),
    directory,
    packages: [],
    otherPlatforms: [],
    platforms: undefined,
    isStrict: false,
    defaultShell: undefined,
    state: undefined,
    warnings: [],
    observed: { files: new Map(), env: new Map(), isVolatile: false },
  });
}

function readManifest(path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR')) {
      throw new FettleError('E_NO_MANIFEST', `There is no manifest ${path}.`, {
        facts: { looked: [path] },
        cause: error,
      });
    }
    throw new FettleError('E_MANIFEST', `The manifest cannot be read: ${messageOf(error)}.`, {
      facts: { file: path },
      cause: error,
    });
  }
}

/** What a manifest has assigned. */
type Globals = Pick<LuaState, 'global' | 'assignedGlobals' | 'observed'>;

/** A manifest of constants, which needs no Lua. What is wrong with one is found by Lua, and told from there. */
function parsePlainManifest(source: Uint8Array, file: string, host: Host): Manifest | undefined {
  const globals = readPlainChunk(source, MANIFEST_GLOBALS);
  if (!globals) return undefined;
  const assigned: Globals = {
    global: (name) => globals.get(name),
    assignedGlobals: () => [...globals.keys()],
    observed: () => ({ files: new Map(), env: new Map(), isVolatile: false }),
  };
  try {
    return parseManifest(assigned, file, host);
  } catch (error) {
    if (error instanceof FettleError) return undefined;
    throw error;
  }
}

/** @param state is kept when the manifest has functions */
function parseManifest(globals: Globals, file: string, host: Host, state?: LuaState): Manifest {
  const top = Place.inFile(file, dirname(file), 'E_MANIFEST');
  const misspelt = misspeltGlobals(globals, MANIFEST_GLOBALS);
  const all = parsePackages(globals, top.at('packages'), misspelt);
  const defaultShell = parseDefaultShell(globals, top.at('default_shell'));
  const hasFunctions = defaultShell?.form === 'function' || all.some((request) => request.fetch);
  return Object.freeze({
    file,
    directory: dirname(file),
    packages: uniqueRequests(all.filter((request) => platformMatches(request.platforms, host))),
    otherPlatforms: Object.freeze(all.filter((request) => !platformMatches(request.platforms, host))),
    platforms: parsePlatforms(readGlobal(globals, top.at('platforms')), top.at('platforms')),
    isStrict: parseSwitch(readGlobal(globals, top.at('strict')), top.at('strict')),
    defaultShell,
    state: hasFunctions ? state : undefined,
    warnings: Object.freeze(misspelt.map(({ message }) => `${file}: ${message}`)),
    observed: globals.observed(),
  });
}

function parsePackages(
  globals: Globals,
  place: Place,
  misspelt: readonly { message: string }[],
): readonly PackageRequest[] {
  const value = readGlobal(globals, place);
  if (value === undefined) {
    throw place.error('The manifest does not set packages.', {
      facts: { expected: 'packages = { … }', got: 'nil' },
      hint: misspelt[0]?.message ?? 'Write packages = {} for a project that needs none yet.',
    });
  }
  const elements = readArray(value, place, 'an array of identities and tables');
  return elements.map((element, index) => parseRequest(element, place.at(index + 1), 'package'));
}

function parseSwitch(value: LuaValue, place: Place): boolean {
  if (value === undefined || typeof value === 'boolean') return value ?? false;
  throw wrongType(place, 'true or false', value);
}

function parseDefaultShell(globals: Globals, place: Place): DefaultShell | undefined {
  const value = readGlobal(globals, place);
  if (value === undefined) return undefined;
  if (value instanceof LuaFunction) return Object.freeze({ form: 'function', fn: value });
  return Object.freeze({ form: 'shell', shell: parseShell(value, place) });
}
