import { changedVariables, PROJECT_VARIABLE, type ComposedEnvironment } from './compose.js';
import { githubVariables } from './github.js';
import type { HookShell } from './hook/index.js';
import { quoteDotenv } from './quoting.js';
import { FISH, isPlainName, notSettable, POSIX, POWERSHELL, type ShellSyntax } from './shell-syntax.js';

export const ENVIRONMENT_FORMATS = ['bash', 'zsh', 'sh', 'fish', 'powershell', 'json', 'dotenv', 'github'] as const;
export type EnvironmentFormat = (typeof ENVIRONMENT_FORMATS)[number];

/**
 * The project's environment as text. Code for a shell changes PATH of the shell that evaluates it, and a second
 * evaluation changes nothing more; `json`, `dotenv` and `github` hold final values, made from `baseEnv`.
 * @returns lines, each ended by a line feed; docs/environment.md describes the formats
 */
export function formatEnvironment(
  composed: ComposedEnvironment,
  format: EnvironmentFormat,
  baseEnv: Readonly<Record<string, string>>,
): string {
  switch (format) {
    case 'bash':
    case 'zsh':
    case 'sh':
      return forShell(composed, POSIX);
    case 'fish':
      return forShell(composed, FISH);
    case 'powershell':
      return forShell(composed, POWERSHELL);
    case 'json':
      return `${JSON.stringify(changedVariables(composed, baseEnv), null, 2)}\n`;
    case 'dotenv':
      return forDotenv(changedVariables(composed, baseEnv));
    case 'github':
      return githubVariables(changedVariables(composed, baseEnv));
  }
}

/** Code for a shell that sets, and with null unsets, exported variables. */
export function formatChanges(changes: ReadonlyMap<string, string | null>, shell: HookShell): string {
  const syntax = SYNTAXES[shell];
  const settable = [...changes].filter(([name]) => isPlainName(name));
  return linesOf(settable.map(([name, value]) => (value === null ? syntax.unset(name) : syntax.set(name, value))));
}

/** Code for a shell that sets a variable of its own, which programs do not see. */
export function formatMemory(name: string, value: string, shell: HookShell): string {
  return linesOf([SYNTAXES[shell].remember(name, value)]);
}

const SYNTAXES: Readonly<Record<HookShell, ShellSyntax>> = {
  bash: POSIX,
  zsh: POSIX,
  fish: FISH,
  powershell: POWERSHELL,
};

/** Variables come first: a package may set PATH as a whole, and the folders go before that. */
function forShell({ projectDir, variables, path }: ComposedEnvironment, syntax: ShellSyntax): string {
  const settings = Object.entries({ ...variables, [PROJECT_VARIABLE]: projectDir });
  const lines = settings.map(([name, value]) => (isPlainName(name) ? syntax.set(name, value) : notSettable(name)));
  return linesOf([...lines, ...(path.length > 0 ? syntax.prepend(path) : [])]);
}

function forDotenv(variables: Readonly<Record<string, string>>): string {
  return linesOf(
    Object.entries(variables).map(([name, value]) =>
      isPlainName(name) ? `${name}=${quoteDotenv(value)}` : notSettable(name),
    ),
  );
}

function linesOf(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join('');
}
