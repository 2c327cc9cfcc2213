import { delimiter } from 'node:path';
import { changedVariables, PROJECT_VARIABLE, type ComposedEnvironment } from './compose.js';
import { githubVariables } from './github.js';
import { quoteDotenv, quoteFish, quotePosix, quotePowershell } from './quoting.js';

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

interface ShellSyntax {
  set(name: string, value: string): string;
  prepend(folders: readonly string[]): readonly string[];
}

/** Variables come first: a package may set PATH as a whole, and the folders go before that. */
function forShell({ projectDir, variables, path }: ComposedEnvironment, syntax: ShellSyntax): string {
  const settings = Object.entries({ ...variables, [PROJECT_VARIABLE]: projectDir });
  const lines = settings.map(([name, value]) => (isPlainName(name) ? syntax.set(name, value) : notSettable(name)));
  return linesOf([...lines, ...(path.length > 0 ? syntax.prepend(path) : [])]);
}

const POSIX: ShellSyntax = {
  set: (name, value) => `export ${name}=${quotePosix(value)}`,
  prepend(folders) {
    const front = quotePosix(folders.join(delimiter));
    const frontAndMore = quotePosix(folders.join(delimiter) + delimiter);
    return [
      `case "\${PATH-}${delimiter}" in`,
      `${frontAndMore}*) ;;`,
      `*) export PATH=${front}"\${PATH:+${delimiter}$PATH}" ;;`,
      'esac',
    ];
  },
};

const FISH: ShellSyntax = {
  set: (name, value) => `set -gx ${name} ${quoteFish(value)}`,
  prepend: (folders) => [
    `set -l fettle_path ${folders.map(quoteFish).join(' ')}`,
    'for fettle_folder in $PATH',
    'contains -- $fettle_folder $fettle_path; or set -a fettle_path $fettle_folder',
    'end',
    'set -gx PATH $fettle_path',
    'set -e fettle_path',
  ],
};

const POWERSHELL: ShellSyntax = {
  set: (name, value) => `$env:${name} = ${quotePowershell(value)}`,
  prepend(folders) {
    const front = quotePowershell(folders.join(delimiter));
    const frontAndMore = quotePowershell(folders.join(delimiter) + delimiter);
    return [
      `if (-not "$env:PATH${delimiter}".StartsWith(${frontAndMore}, [StringComparison]::Ordinal)) {`,
      `  $env:PATH = ${front} + $(if ($env:PATH) { "${delimiter}$env:PATH" })`,
      '}',
    ];
  },
};

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

/** What every shell takes as a name. Any other text would be code. */
function isPlainName(name: string): boolean {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(name);
}

/** JSON keeps it on one line, whatever the name holds. */
function notSettable(name: string): string {
  return `# fettle: no variable of this shell can be named ${JSON.stringify(name)}`;
}
