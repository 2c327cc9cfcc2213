import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { assertShellUsable, describeShell, shellCommand, type Shell } from './shell.js';

describe('shellCommand', () => {
  test('bash and sh fail at the first error', () => {
    expect(shellCommand({ form: 'builtin', name: 'bash' })).toEqual(['bash', '-e', '-o', 'pipefail']);
    expect(shellCommand({ form: 'builtin', name: 'sh' })).toEqual(['/bin/sh', '-e']);
  });

  test('a custom shell is used as it is written', () => {
    expect(shellCommand({ form: 'inline', argv: ['/p', '-c'] })).toEqual(['/p', '-c']);
  });
});

test('describeShell tells any two different shells apart', () => {
  const shells: Shell[] = [
    { form: 'builtin', name: 'bash' },
    { form: 'builtin', name: 'sh' },
    { form: 'inline', argv: ['/a', 'b'] },
    { form: 'inline', argv: ['/a b'] },
    { form: 'file', argv: ['/a', 'b'], ext: '.x' },
    { form: 'file', argv: ['/a', 'b'], ext: '.y' },
    { form: 'file', argv: ['b'], ext: '/a' },
  ];
  expect(new Set(shells.map(describeShell)).size).toBe(shells.length);
});

describe('assertShellUsable', () => {
  test.each(['cmd', 'powershell'] as const)('refuses %s off Windows, and says where it is at home', (name) => {
    expect(() => assertShellUsable({ form: 'builtin', name }, 'linux')).toThrow(
      expect.objectContaining({ code: 'E_SHELL', facts: { shell: name, platform: 'linux' } }),
    );
    expect(() => assertShellUsable({ form: 'builtin', name }, 'windows')).not.toThrow();
  });

  test('takes the built-in shells of POSIX', () => {
    expect(() => assertShellUsable({ form: 'builtin', name: 'bash' }, 'darwin')).not.toThrow();
    expect(() => assertShellUsable({ form: 'inline', argv: [process.execPath, '-e'] }, 'linux')).not.toThrow();
  });

  test('refuses a custom shell that is relative, missing, a folder or not executable', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'fettle-shell-'));
    try {
      const plain = join(folder, 'plain');
      await writeFile(plain, '');
      await chmod(plain, 0o644);
      const problems = ['sh', join(folder, 'none'), folder, plain].map((program) => problemOf(program));
      expect(problems).toEqual([
        expect.stringContaining('is not an absolute path'),
        expect.stringContaining('does not exist'),
        expect.stringContaining('is not a regular file'),
        expect.stringContaining('is not executable'),
      ]);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});

function problemOf(program: string): string {
  try {
    assertShellUsable({ form: 'file', argv: [program], ext: '.x' }, 'linux');
  } catch (error) {
    expect(error).toMatchObject({ code: 'E_SHELL', facts: { shell: program } });
    return (error as Error).message;
  }
  return 'nothing';
}
