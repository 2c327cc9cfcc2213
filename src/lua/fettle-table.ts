import { basename, dirname, extname, join } from 'node:path';
import type { LogLevel } from '../events/index.js';
import { badArgument, requireArray, requireTable, requireText } from './arguments.js';
import type { LuaStateOptions } from './state.js';
import { fillTemplate } from './template.js';
import type { HostFunction, HostValue, LuaValue } from './values.js';

/** What `fettle.shell` offers: the names by which shells are known everywhere else. */
export const SHELL_CONSTANTS = { BASH: 'bash', SH: 'sh', CMD: 'cmd', POWERSHELL: 'powershell' } as const;

const LEVELS: readonly LogLevel[] = ['debug', 'info', 'warn', 'error'];

/** The global table `fettle`. */
export function fettleTable(options: LuaStateOptions): Record<string, HostValue> {
  const { platform, arch } = options.host;
  return {
    platform,
    arch,
    platform_arch: `${platform}-${arch}`,
    exe_ext: platform === 'windows' ? '.exe' : '',
    version: options.version,
    shell: SHELL_CONSTANTS,
    join: (...arrays) => joinArrays(arrays),
    template: (text, values) =>
      fillTemplate(
        requireText({ of: 'fettle.template', position: 1, value: text }),
        requireTable({ of: 'fettle.template', position: 2, value: values }),
      ),
    path: PATH_FUNCTIONS,
    ...Object.fromEntries(LEVELS.map((level) => [level, logFunction(level, options)])),
    ...options.fettleFields,
  };
}

const PATH_FUNCTIONS: Record<string, HostFunction> = {
  join: (...parts) =>
    join(...parts.map((value, index) => requireText({ of: 'fettle.path.join', position: index + 1, value }))),
  basename: (path) => basename(pathArgument('basename', path)),
  dirname: (path) => dirname(pathArgument('dirname', path)),
  stem: (path) => {
    const name = basename(pathArgument('stem', path));
    return name.slice(0, name.length - extname(name).length);
  },
  extension: (path) => extname(pathArgument('extension', path)),
};

function pathArgument(name: string, value: LuaValue): string {
  return requireText({ of: `fettle.path.${name}`, position: 1, value });
}

function joinArrays(arrays: readonly LuaValue[]): HostValue {
  return arrays.flatMap((value, index) => requireArray({ of: 'fettle.join', position: index + 1, value }));
}

function logFunction(level: LogLevel, { log }: LuaStateOptions): HostFunction {
  return (message) => {
    log?.(level, logText(level, message));
    return undefined;
  };
}

function logText(level: LogLevel, value: LuaValue): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (value instanceof Uint8Array) return new TextDecoder().decode(value);
  throw badArgument({ of: `fettle.${level}`, position: 1, value }, 'string');
}
