import { isPlainName } from '../shell-syntax.js';

/** What POSIX shells and bash, which is `sh` on many systems, set, use or refuse to change themselves. */
const OWN = new Set([
  ...['IFS', 'PWD', 'OLDPWD', 'OPTIND', 'OPTARG', 'OPTERR', 'PPID', 'LINENO', 'ENV', 'PS1', 'PS2', 'PS4', 'MAIL'],
  ...['MAILPATH', 'MAILCHECK', 'CDPATH', 'UID', 'EUID', 'GROUPS', 'SHLVL', 'SHELLOPTS', 'RANDOM', 'SECONDS', 'SRANDOM'],
  ...['HOSTNAME', 'HOSTTYPE', 'MACHTYPE', 'OSTYPE', 'DIRSTACK', 'FUNCNAME', 'HISTCMD', 'EPOCHSECONDS', 'EPOCHREALTIME'],
  ...['POSIXLY_CORRECT', 'COMP_WORDBREAKS', 'PIPESTATUS', 'TIMEFORMAT', 'LC_ALL', '_'],
]);
/** A shell gives these a value when they have none. */
const FILLED = new Set(['PATH', 'TERM', 'SHELL', 'HOME', 'LOGNAME', 'USER']);

/** Whether a shell script can tell that a variable has this value, null meaning unset. */
export function canCompare(name: string, value: string | null): boolean {
  return isShellVariable(name) && (value !== null || !FILLED.has(name));
}

/** Whether a shell script can give a variable to the program that it becomes, and only that. */
export function canExport(name: string): boolean {
  return isShellVariable(name) && name !== 'PATH' && !name.startsWith('FETTLE_');
}

function isShellVariable(name: string): boolean {
  return isPlainName(name) && !OWN.has(name) && !/^(?:BASH|__fettle)/.test(name);
}
