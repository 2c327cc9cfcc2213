import { delimiter } from 'node:path';
import { quoteFish, quotePosix, quotePowershell } from './quoting.js';

/** How a shell is told to change its environment. */
export interface ShellSyntax {
  set(name: string, value: string): string;
  unset(name: string): string;
  /** Sets a variable that programs do not see. */
  remember(name: string, value: string): string;
  /** Puts folders before PATH, whatever it is when the shell runs this; nothing, when they are there already. */
  prepend(folders: readonly string[]): readonly string[];
}

export const POSIX: ShellSyntax = {
  set: (name, value) => `export ${name}=${quotePosix(value)}`,
  unset: (name) => `unset ${name}`,
  remember: (name, value) => `${name}=${quotePosix(value)}`,
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

export const FISH: ShellSyntax = {
  set: (name, value) => `set -gx ${name} ${quoteFish(value)}`,
  unset: (name) => `set -e ${name}`,
  remember: (name, value) => `set -g ${name} ${quoteFish(value)}`,
  prepend: (folders) => [
    `set -l fettle_path ${folders.map(quoteFish).join(' ')}`,
    'for fettle_folder in $PATH',
    'contains -- $fettle_folder $fettle_path; or set -a fettle_path $fettle_folder',
    'end',
    'set -gx PATH $fettle_path',
    'set -e fettle_path',
  ],
};

export const POWERSHELL: ShellSyntax = {
  set: (name, value) => `$env:${name} = ${quotePowershell(value)}`,
  unset: (name) => `Remove-Item -LiteralPath Env:${name} -ErrorAction Ignore`,
  remember: (name, value) => `$global:${name} = ${quotePowershell(value)}`,
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

/** What every shell takes as a name. Any other text would be code. */
export function isPlainName(name: string): boolean {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(name);
}

/** A comment instead: JSON keeps it on one line, whatever the name holds. */
export function notSettable(name: string): string {
  return `# fettle: no variable of this shell can be named ${JSON.stringify(name)}`;
}
