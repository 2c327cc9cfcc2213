import { quoteFish } from '../../project/index.js';
import type { CompletionTable, ExpectedKey, WordRow } from './completion-table.js';
import type { ExpectedValue, Word } from './expected-value.js';

/** fish, 3.1 and later. */
export function fishCompletion(table: CompletionTable): readonly string[] {
  return [
    ...switchFunction('__fettle_commands', table.commands.map(wordCase)),
    ...switchFunction('__fettle_options', table.options.map(wordCase)),
    'function __fettle_global_options',
    `  ${assigned(table.globalOptions).replace('set -g', 'set -ga')}`,
    'end',
    ...switchFunction(
      '__fettle_expected',
      table.expected.map(({ keys, expected }) => `case ${keys.map(pattern).join(' ')}; ${setting(expected)}`),
    ),
    ...switchFunction('__fettle_passes_options', [`case ${table.passing.map(quoteFish).join(' ')}; true`]),
    ...MAIN,
    ...OFFER,
  ];
}

function switchFunction(name: string, cases: readonly string[]): readonly string[] {
  const lines = [...cases, "case '*'; return 1"].map((each) => `    ${each}`);
  return [`function ${name}`, '  switch $argv[1]', ...lines, '  end', 'end'];
}

function wordCase({ path, words }: WordRow): string {
  return `case ${quoteFish(path)}; ${assigned(words)}`;
}

/** With a tab before the description, as fish wants candidates. */
function assigned(words: readonly Word[]): string {
  const written = words.map(({ text, description }) =>
    quoteFish(description === '' ? text : `${text}\t${description}`),
  );
  return `set -g __fettle_candidates ${written.join(' ')}`;
}

function pattern({ path, place }: ExpectedKey): string {
  return quoteFish(`${path} ${place}`);
}

function setting(expected: ExpectedValue): string {
  switch (expected.kind) {
    case 'words':
      return `set -g __fettle_kind words; ${assigned(expected.words)}`;
    case 'names':
      return `set -g __fettle_kind names:${expected.of}`;
    default:
      return `set -g __fettle_kind ${expected.kind}`;
  }
}

const MAIN = [
  'function __fettle_complete',
  '  set -l words (commandline -opc)',
  '  set -l value (commandline -ct)',
  "  set -l place ''; set -l flag ''; set -l before ''; set -l at 0; set -l only 0; set -l context",
  '  set -g __fettle_candidates; set -g __fettle_kind words',
  '  set -e words[1]',
  '  for word in $words',
  '    if test -n "$flag"',
  '      contains -- $flag -C --directory --manifest; and set -a context $flag $word',
  "      set flag ''",
  '    else if test $only = 1',
  '      set at (math $at + 1)',
  '    else if test "$word" = --',
  '      set only 1',
  "    else if string match -q -- '--*=*' $word",
  "      string match -qr -- '^--(directory|manifest)=' $word; and set -a context $word",
  "    else if string match -q -- '-?*' $word",
  '      __fettle_expected "$place $word"; and set flag $word',
  "    else if test $at = 0; and __fettle_commands \"$place\"; and contains -- $word (string replace -r '\\t.*' '' -- $__fettle_candidates)",
  '      set place (string trim -- "$place $word")',
  '    else',
  '      set at (math $at + 1)',
  '      __fettle_passes_options "$place"; and set only 1',
  '    end',
  '  end',
  '  set -g __fettle_candidates; set -g __fettle_kind words',
  '  if test -n "$flag"',
  '    __fettle_expected "$place $flag"',
  "  else if test $only = 0; and string match -q -- '--*=*' $value",
  "    set before (string replace -r '=.*' '=' -- $value)",
  "    __fettle_expected \"$place \"(string replace -r '=.*' '' -- $value)",
  "  else if test $only = 0; and string match -q -- '-*' $value",
  '    __fettle_options "$place"',
  '    __fettle_global_options',
  '  else if test $at = 0; and __fettle_commands "$place"',
  '  else',
  '    __fettle_expected "$place #"(math $at + 1); or __fettle_expected "$place #rest"',
  '  end',
  '  __fettle_offer "$before" "$at" "$flag" (string replace -- "$before" \'\' "$value") $context',
  'end',
];

/** Arguments: the part of the word that stands, how many arguments were before, a flag, the rest of the word, context. */
const OFFER = [
  'function __fettle_offer',
  '  set -l before $argv[1]',
  '  set -l value "$argv[4]"',
  '  set -l context $argv[5..-1]',
  '  switch $__fettle_kind',
  "    case 'names:*'",
  "      set -g __fettle_candidates (command fettle $context complete-names (string replace names: '' $__fettle_kind) 2>/dev/null </dev/null)",
  '    case files',
  '      set -g __fettle_candidates (__fish_complete_path "$value")',
  '    case folders',
  '      set -g __fettle_candidates (__fish_complete_directories "$value")',
  '    case program',
  '      if test -n "$argv[3]" -o "$argv[2]" = 0',
  '        set -g __fettle_candidates (command fettle $context complete-names programs 2>/dev/null </dev/null) (complete -C "$value")',
  '      else',
  '        set -l words (commandline -opc)',
  '        set -l line (string join " " -- (string escape -- $words[(math -1 x $argv[2])..-1]) "$value")',
  '        set -g __fettle_candidates (complete -C "$line")',
  '      end',
  '  end',
  '  for candidate in $__fettle_candidates',
  '    printf \'%s%s\\n\' "$before" $candidate',
  '  end',
  '  set -e __fettle_candidates; set -e __fettle_kind',
  'end',
  "complete -c fettle -f -a '(__fettle_complete)'",
];
