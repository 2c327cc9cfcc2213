import { basename, dirname, join } from 'node:path';
import { formatEnvironment } from '../format.js';
import { quotePosix } from '../quoting.js';
import { PROJECT_VARIABLE } from '../compose.js';
import type { Answers, EnvironmentAnswers, PackageAnswers } from './answers.js';
import { canCompare, canExport } from './shell-variables.js';
import { statLines } from './stat-line.js';
import { STAT_OPTIONS, statLineOf, type StatProgram } from './stat-lines.js';

/** Places in a cache, as patterns, of what a process has at work there; what a killed one leaves is among it. */
const REMAINS = [
  ...['.*held~*', 'recipes/.*held~*', 'trash/*'],
  ...['locks/*.lock', 'locks/*.owner.json', 'locks/.prepared.*'],
];
const NAMESPACE = '/proc/self/ns/pid';

/** Code for the two kinds of calls, each in a file of its own, since a shell reads what it runs. */
export interface AnswersText {
  readonly environment: string;
  /** Undefined when only the whole work tells how the packages are. */
  readonly packages: string | undefined;
}

/**
 * Answers as code for `src/cli/entry/fettle.sh`, which reads it with the arguments of the call. A shell runs each command
 * before it reads the next one: so what is asked for most often, and what is refused soonest, comes first.
 * @param stat - the program that tells the states of files
 * @returns undefined when a shell cannot compare what must be compared
 */
export function answersText(answers: Answers, stat: StatProgram): AnswersText | undefined {
  const { settings, environment, packages } = answers;
  if (!areComparable(settings)) return undefined;
  const head = headOf(answers, stat);
  return {
    environment: lines([...head, ...environmentAnswers(environment)]),
    packages: packages && areComparable(packages.variables) ? lines([...head, ...packageAnswers(packages)]) : undefined,
  };
}

function headOf({ build, settings, projectDir }: Answers, stat: StatProgram): readonly string[] {
  const entry = join(dirname(build), 'fettle');
  return [
    `# What "fettle" may answer in ${JSON.stringify(projectDir)} without looking further. Written by "fettle sync".`,
    `[ "$__fettle_build" = ${quotePosix(basename(build))} ] && [ "$0" -ef ${quotePosix(entry)} ] || return 0`,
    ...comparisons(settings),
    statLineOf(stat),
  ];
}

function areComparable(variables: Readonly<Record<string, string | null>>): boolean {
  return Object.entries(variables).every(([name, value]) => canCompare(name, value));
}

function comparisons(variables: Readonly<Record<string, string | null>>): readonly string[] {
  const unset = Object.keys(variables).filter((name) => variables[name] === null);
  return [
    allEmpty(unset.map((name) => `\${${name}+set}`)),
    ...Object.entries(variables).flatMap(([name, value]) =>
      value === null ? [] : [`[ "\${${name}+set}" ] && [ "$${name}" = ${quotePosix(value)} ] || return 0`],
    ),
  ];
}

function allEmpty(expansions: readonly string[]): string {
  return `[ ! "${expansions.join('')}" ] || return 0`;
}

function environmentAnswers({ composed, states, leases }: EnvironmentAnswers): readonly string[] {
  const same = `= ${quotePosix(statesText(states))} ] || return 0`;
  const variables = { ...composed.variables, [PROJECT_VARIABLE]: composed.projectDir };
  const canRun = Object.keys(composed.variables).every(canExport);
  return [
    `__fettle_newline=${quotePosix('\n')}`,
    'case $1 in',
    'env)',
    '  __fettle_find_format "$@" || return 0',
    `  ${lookAt(Object.keys(states))}`,
    `  [ "$__fettle_now" ${same} ;;`,
    'esac',
    ...environmentPrinted('sh', 'env:posix'),
    'case $1 in',
    'run)',
    ...(canRun ? runAnswer() : ['  return 0']),
    '  ;;',
    'esac',
    ...environmentPrinted('fish', 'env:fish'),
  ];

  function environmentPrinted(format: 'sh' | 'fish', question: string): readonly string[] {
    const text = quotePosix(formatEnvironment(composed, format, {}));
    return ['case $1:${__fettle_format-} in', `${question}) printf '%s' ${text}; exit ;;`, 'esac'];
  }

  function runAnswer(): readonly string[] {
    return [
      '  __fettle_is_over && return 0',
      `  ${lookAt([...Object.keys(states), NAMESPACE])}`,
      `  [ "\${__fettle_now%"$__fettle_newline"*}" ${same}`,
      '  shift',
      '  case ${1-} in --) shift ;; -*) return 0 ;; esac',
      `  __fettle_set_path ${quotePosix(composed.path.join(':'))} || return 0`,
      '  __fettle_is_program "${1-}" "$__fettle_new_path" || return 0',
      '  __fettle_begin_leases "${__fettle_now##* }" || return 0',
      ...[...leases].map(
        ([root, names]) => `  __fettle_lease ${quotePosix(root)} ${quotePosix(names.join('\n'))} || return 0`,
      ),
      ...Object.entries(variables).map(([name, value]) => `  export ${name}=${quotePosix(value)}`),
      '  export PATH="$__fettle_new_path"',
      '  exec "$@"',
    ];
  }
}

function packageAnswers(answers: PackageAnswers): readonly string[] {
  const { cacheRoot, states, variables, unset, lock, summary, assets, products } = answers;
  const present = Object.keys(states).filter((path) => states[path] !== null);
  const absent = Object.keys(states).filter((path) => states[path] === null);
  return [
    allEmpty(unset.map((name) => `\${${name}-}`)),
    ...comparisons(variables),
    '__fettle_is_over && return 0',
    ...(absent.length > 0 ? [`__fettle_none ${absent.map(quotePosix).join(' ')} || return 0`] : []),
    lookAt(present, cacheRoot),
    `[ "$__fettle_now" = ${quotePosix(statesText(states))} ] || return 0`,
    'case $1 in',
    'sync)',
    ...(summary === undefined ? [] : syncAnswer(cacheRoot, lock, summary)),
    '  return 0 ;;',
    'esac',
    '[ $# = 2 ] || return 0',
    'case $1:$2 in',
    ...[...assets].map(([name, path]) => printed(`asset:${name}`, path)),
    ...[...products].map(([name, path]) => printed(`product:${name}`, path)),
    'esac',
  ];
}

/** Whether something is left of killed processes is for src/cache/remains.ts to find out. */
function syncAnswer(cacheRoot: string, lock: 'seen' | 'frozen', summary: string): readonly string[] {
  const remains = REMAINS.map((pattern) => `${quotePosix(cacheRoot)}/${pattern}`);
  return [
    `  __fettle_only_runs ${quotePosix(cacheRoot)}/leases/* || return 0`,
    `  __fettle_none ${remains.join(' ')} || return 0`,
    `  __fettle_print_sync ${lock} ${quotePosix(summary)} "$@"`,
  ];
}

function printed(question: string, answer: string): string {
  return `${quotePosix(question)}) printf '%s\\n' ${quotePosix(answer)}; exit ;;`;
}

/**
 * Leaves in `__fettle_now` what one `stat` tells of the paths, a line each. It is no function of the entry, since a shell
 * copies all arguments for each; and what is below `folder` is told from there, since short paths are read, handed on and
 * looked up sooner.
 */
function lookAt(paths: readonly string[], folder = '/'): string {
  const inFolder = folder.endsWith('/') ? folder : `${folder}/`;
  const shortest = paths.map((path) => (path.startsWith(inFolder) ? path.slice(inFolder.length) : path));
  const command = ['LC_ALL=C "$__fettle_stat"', ...STAT_OPTIONS.map(quotePosix), ...shortest.map(quotePosix)];
  return `__fettle_now=$(exec 2>/dev/null; cd ${quotePosix(folder)} && ${command.join(' ')})`;
}

function statesText(states: Readonly<Record<string, string | null>>): string {
  return statLines(Object.values(states).filter((state) => state !== null));
}

function lines(texts: readonly string[]): string {
  return texts.map((text) => `${text}\n`).join('');
}
