import { quotePosix } from '../../project/index.js';
import { ANY_COMMAND, type CompletionTable, type ExpectedKey, type WordRow } from './completion-table.js';
import type { ExpectedValue, Word } from './expected-value.js';

/**
 * The table as functions of bash and zsh. Each sets `candidates`; `__fettle_expected` sets `kind`, too, and fails where
 * nothing is expected.
 * @param written - a word as the shell wants it in its list
 */
export function posixTable(table: CompletionTable, written: (word: Word) => string): readonly string[] {
  return [
    ...caseFunction('__fettle_commands', table.commands.map(wordCase(written))),
    ...caseFunction('__fettle_options', table.options.map(wordCase(written))),
    '__fettle_global_options() {',
    `  ${assigned(table.globalOptions, written).replace('=(', '+=(')}`,
    '}',
    ...caseFunction(
      '__fettle_expected',
      table.expected.map(({ keys, expected }) => `${keys.map(pattern).join('|')}) ${setting(expected, written)}`),
    ),
    ...caseFunction('__fettle_passes_options', [`${table.passing.map(quotePosix).join('|')}) true`]),
  ];
}

function caseFunction(name: string, cases: readonly string[]): readonly string[] {
  return [`${name}() {`, '  case $1 in', ...cases.map((each) => `    ${each} ;;`), '    *) return 1 ;;', '  esac', '}'];
}

function wordCase(written: (word: Word) => string): (row: WordRow) => string {
  return ({ path, words }) => `${quotePosix(path)}) ${assigned(words, written)}`;
}

function assigned(words: readonly Word[], written: (word: Word) => string): string {
  return `candidates=(${words.map((word) => quotePosix(written(word))).join(' ')})`;
}

function pattern({ path, place }: ExpectedKey): string {
  return path === ANY_COMMAND ? `*${quotePosix(` ${place}`)}` : quotePosix(`${path} ${place}`);
}

function setting(expected: ExpectedValue, written: (word: Word) => string): string {
  switch (expected.kind) {
    case 'words':
      return `kind=words ${assigned(expected.words, written)}`;
    case 'names':
      return `kind=names:${expected.of}`;
    default:
      return `kind=${expected.kind}`;
  }
}
