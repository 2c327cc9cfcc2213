import { quotePowershell } from '../quoting.js';

/**
 * PowerShell, 5.1 and later: the prompt function is wrapped. `$?` cannot be handed on to a prompt that is wrapped, only
 * made false again by a failure that says nothing.
 */
export function powershellHook(command: readonly string[]): readonly string[] {
  const words = command.map(quotePowershell).join(' ');
  return [
    'function global:__fettle_hook {',
    '  if ($env:FETTLE_SHELL_PROJECT -or $PWD.Provider.Name -ne "FileSystem") { return }',
    '  $dir = $PWD.ProviderPath',
    '  $state = ""',
    '  while ($dir) {',
    '    if ([IO.File]::Exists([IO.Path]::Combine($dir, "fettle.lua"))) {',
    '      $own = [IO.Path]::Combine($dir, ".fettle")',
    '      if ([IO.Directory]::Exists($own)) {',
    '        $state = $dir + ":"',
    '        $file = [IO.FileInfo]::new([IO.Path]::Combine($own, "generation"))',
    '        try { if ($file.Exists -and $file.Length -le 64) { $state += [IO.File]::ReadAllText($file.FullName).Trim() } } catch { }',
    '      }',
    '      break',
    '    }',
    '    if ([IO.Directory]::Exists([IO.Path]::Combine($dir, ".git"))) { break }',
    '    $dir = [IO.Path]::GetDirectoryName($dir)',
    '  }',
    '  if ($state -ceq [string]$env:FETTLE_ACTIVE -or $state -ceq $global:__fettle_seen) { return }',
    '  $global:__fettle_seen = $state',
    `  $code = & ${words} hook-env powershell "--told=$global:__fettle_told" | Out-String`,
    '  if ($code) { Invoke-Expression $code }',
    '}',
    'if (-not (Test-Path Variable:global:__fettle_prompt)) {',
    '  $global:__fettle_seen = $null',
    '  $global:__fettle_told = ""',
    '  $global:__fettle_prompt = $function:prompt',
    '  function global:prompt {',
    '    $worked = $?',
    '    $exitCode = $global:LASTEXITCODE',
    '    try { __fettle_hook } catch { [Console]::Error.WriteLine("fettle: $_") }',
    '    $global:LASTEXITCODE = $exitCode',
    '    if (-not $worked) { Write-Error "" -ErrorAction Ignore }',
    '    & $global:__fettle_prompt',
    '  }',
    '}',
  ];
}
