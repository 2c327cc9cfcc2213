import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { FettleError, hasCode } from '../errors/index.js';
import { LuaTable, openLuaState, type LuaValue } from '../lua/index.js';
import {
  parseIdentity,
  plainRequest,
  type LuaHost,
  type Options,
  type OptionValue,
  type PackageRequest,
} from '../manifest/index.js';

/**
 * The request for a recipe that is named by its file: the identity is the one it declares.
 * @param options `name=value` each. A value is read as JSON (`3`, `true`, `["a"]`) where the recipe's schema does not
 *   say that it is a string or a version.
 * @throws FettleError E_USAGE, E_RECIPE_NOT_FOUND, E_RECIPE_IDENTITY, E_IDENTITY, E_LUA_*
 */
export function requestForRecipe(file: string, options: readonly string[], luaHost: LuaHost): PackageRequest {
  using state = openLuaState({ ...luaHost, requireRoot: dirname(file) });
  state.run(readRecipe(file), file);
  const identity = state.global('identity');
  if (typeof identity !== 'string') {
    throw new FettleError('E_RECIPE_IDENTITY', 'The recipe declares no identity that is a string.', {
      facts: { file, expected: 'identity = "namespace.name@version"' },
      location: { file },
    });
  }
  return plainRequest(parseIdentity(identity), {
    options: parseOptionArguments(options, state.global('options')),
    source: { kind: 'path', path: file, text: file },
    workingDirectory: luaHost.host.cwd,
    declaredIn: { file, directory: dirname(file), field: '--recipe', line: undefined },
  });
}

function readRecipe(file: string): Uint8Array {
  try {
    return readFileSync(file);
  } catch (error) {
    const reason = hasCode(error, 'EISDIR') ? 'is a folder' : 'cannot be read';
    throw new FettleError('E_RECIPE_NOT_FOUND', `The recipe ${file} ${reason}.`, {
      facts: { looked: [file] },
      cause: error,
    });
  }
}

/**
 * Options as the command line gives them, `name=value` each.
 * @param schema - the global `options` of the recipe; undefined when it is not known
 * @throws FettleError E_USAGE
 */
export function parseOptionArguments(given: readonly string[], schema?: LuaValue): Options {
  return Object.fromEntries(given.map((each) => parseOptionArgument(each, schema)));
}

function parseOptionArgument(text: string, schema: LuaValue): [string, OptionValue] {
  const split = text.indexOf('=');
  if (split < 1) {
    throw new FettleError('E_USAGE', `--option ${text} is not of the form name=value`, {
      facts: { expected: 'name=value', got: text },
    });
  }
  const [name, value] = [text.slice(0, split), text.slice(split + 1)];
  return [name, isTextOption(schema, name) ? value : valueOf(value)];
}

function isTextOption(schema: LuaValue, name: string): boolean {
  const declared = schema instanceof LuaTable ? schema.get(name) : undefined;
  const type = declared instanceof LuaTable ? declared.get('type') : undefined;
  return type === 'string' || type === 'semver';
}

function valueOf(text: string): OptionValue {
  const value = parsedJson(text);
  return value === undefined || value === null ? text : optionOf(value, text);
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** JSON has one value that options have not. */
function optionOf(value: unknown, text: string): OptionValue {
  if (value === null) {
    throw new FettleError('E_USAGE', `--option has a null in ${text}`, {
      facts: { expected: 'booleans, numbers, strings, arrays and tables', got: text },
    });
  }
  if (typeof value !== 'object') return value as OptionValue;
  const inner = Array.isArray(value) ? value : Object.values(value);
  for (const each of inner as readonly unknown[]) optionOf(each, text);
  return value as OptionValue;
}
