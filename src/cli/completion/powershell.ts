import { quotePowershell } from '../../project/index.js';
import type { CompletionTable, ExpectedKey, WordRow } from './completion-table.js';
import type { ExpectedValue, Word } from './expected-value.js';

/** Key, and code that makes the value. */
type Entry = readonly [string, string];

/** PowerShell, 5.1 and later. Where nothing is offered it completes files by itself. */
export function powershellCompletion(table: CompletionTable): readonly string[] {
  return [
    ...hashTable('__fettle_commands', table.commands.map(wordEntry)),
    ...hashTable('__fettle_options', table.options.map(wordEntry)),
    `$global:__fettle_global_options = ${written(table.globalOptions)}`,
    ...hashTable(
      '__fettle_expected',
      table.expected.flatMap(({ keys, expected }) => keys.map((key): Entry => [keyText(key), setting(expected)])),
    ),
    `$global:__fettle_passing = @(${table.passing.map(quotePowershell).join(', ')})`,
    ...MAIN,
  ];
}

/** A literal table cannot have keys that differ by case alone; this one can. */
function hashTable(name: string, entries: readonly Entry[]): readonly string[] {
  return [
    `$global:${name} = [Collections.Hashtable]::new([StringComparer]::Ordinal)`,
    ...entries.map(([key, value]) => `$global:${name}[${quotePowershell(key)}] = ${value}`),
  ];
}

function wordEntry({ path, words }: WordRow): Entry {
  return [path, written(words)];
}

/** Text and description by turns. */
function written(words: readonly Word[]): string {
  return `@(${words.flatMap(({ text, description }) => [text, description].map(quotePowershell)).join(', ')})`;
}

function keyText({ path, place }: ExpectedKey): string {
  return `${path} ${place}`;
}

function setting(expected: ExpectedValue): string {
  switch (expected.kind) {
    case 'words':
      return `@('words') + ${written(expected.words)}`;
    case 'names':
      return `@('names', '${expected.of}')`;
    default:
      return `@('${expected.kind}')`;
  }
}

const MAIN = [
  'Register-ArgumentCompleter -Native -CommandName fettle -ScriptBlock {',
  '  param($wordToComplete, $commandAst, $cursorPosition)',
  '  $expectedAt = {',
  '    param($place, $key)',
  '    if ($global:__fettle_expected.ContainsKey("$place $key")) { return , $global:__fettle_expected["$place $key"] }',
  '    return , $global:__fettle_expected["* $key"]',
  '  }',
  '  $before = @($commandAst.CommandElements | Select-Object -Skip 1 | Where-Object { $_.Extent.EndOffset -lt $cursorPosition })',
  '  $place = ""; $flag = ""; $at = 0; $only = $false; $context = @()',
  '  foreach ($element in $before) {',
  '    $word = if ($element -is [Management.Automation.Language.StringConstantExpressionAst]) { $element.Value } else { $element.Extent.Text }',
  '    $commands = $global:__fettle_commands[$place]',
  '    if ($flag) {',
  '      if ($flag -cin "-C", "--directory", "--manifest") { $context += $flag, $word }',
  '      $flag = ""',
  '    }',
  '    elseif ($only) { $at++ }',
  '    elseif ($word -eq "--") { $only = $true }',
  '    elseif ($word -like "--*=*") { if ($word -cmatch "^--(directory|manifest)=") { $context += $word } }',
  '    elseif ($word -like "-?*") { if (& $expectedAt $place $word) { $flag = $word } }',
  '    elseif ($at -eq 0 -and $commands -ccontains $word) { $place = "$place $word".Trim() }',
  '    else { $at++; $only = $global:__fettle_passing -ccontains $place }',
  '  }',
  '  $stays = ""; $value = $wordToComplete.Trim([char[]]"\'`"")',
  '  if ($flag) { $found = & $expectedAt $place $flag }',
  '  elseif (-not $only -and $value -like "--*=*") {',
  '    $stays = $value.Substring(0, $value.IndexOf("=") + 1)',
  '    $found = & $expectedAt $place $stays.TrimEnd("=")',
  '  }',
  '  elseif (-not $only -and $value -like "-*") { $found = @("words") + $global:__fettle_options[$place] + $global:__fettle_global_options }',
  '  elseif ($at -eq 0 -and $global:__fettle_commands.ContainsKey($place)) { $found = @("words") + $global:__fettle_commands[$place] }',
  '  else {',
  '    $found = & $expectedAt $place "#$($at + 1)"',
  '    if (-not $found) { $found = & $expectedAt $place "#rest" }',
  '  }',
  '  $pairs = @()',
  '  if ($found) {',
  '    if ($found[0] -eq "words") { $pairs = @($found | Select-Object -Skip 1) }',
  '    elseif ($found[0] -in "names", "program") {',
  '      $kind = if ($found[0] -eq "names") { $found[1] } else { "programs" }',
  '      $program = (Get-Command fettle -CommandType Application, ExternalScript -ErrorAction Ignore | Select-Object -First 1).Source',
  '      if ($program) { foreach ($name in @(& $program @context complete-names $kind 2>$null)) { $pairs += $name, "" } }',
  '    }',
  '  }',
  '  for ($index = 0; $index -lt $pairs.Count; $index += 2) {',
  '    $text = $stays + $pairs[$index]',
  '    if (-not $text.StartsWith($value, [StringComparison]::Ordinal)) { continue }',
  '    $shown = if ($text -match "^[\\w./:=+-][\\w./:=@+-]*$") { $text } else { "\'" + $text.Replace("\'", "\'\'") + "\'" }',
  '    $tip = if ($pairs[$index + 1]) { $pairs[$index + 1] } else { $text }',
  '    [Management.Automation.CompletionResult]::new($shown, $text, "ParameterValue", $tip)',
  '  }',
  '}',
];
