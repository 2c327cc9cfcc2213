import { chmod, mkdir, readdir, realpath, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import type { Shell } from './shell.js';
import { ScriptRig, textOf } from './script-rig.js';

const NODE: Shell = { form: 'file', argv: [process.execPath], ext: '.cjs' };

describe('the result of a script', () => {
  test('holds the exit code and both streams apart from each other', async () => {
    await using rig = await ScriptRig.create();
    const result = await rig.run('echo out; echo err >&2; exit 7');
    expect(result).toMatchObject({ exitCode: 7, signal: null, timedOut: false });
    expect(textOf(result.stdout)).toBe('out\n');
    expect(textOf(result.stderr)).toBe('err\n');
    expect(result.durationMs).toBeGreaterThan(0);
  });

  test('names the signal that ended the shell', async () => {
    await using rig = await ScriptRig.create();
    const result = await rig.run('kill -SEGV $$');
    expect(result).toMatchObject({ exitCode: null, signal: 'SIGSEGV' });
  });

  test.each(['', '# only a comment', '\n\n'])('is success for %j', async (script) => {
    await using rig = await ScriptRig.create();
    const result = await rig.run(script);
    expect(result.exitCode).toBe(0);
    expect(result.stdout.size).toBe(0);
  });
});

describe('bash and sh', () => {
  test('bash stops at the first failure, also inside a pipeline', async () => {
    await using rig = await ScriptRig.create();
    expect(textOf((await rig.run('echo one; false; echo two')).stdout)).toBe('one\n');
    expect((await rig.run('exit 3 | cat; echo reached')).exitCode).toBe(3);
  });

  test('sh stops at the first failure', async () => {
    await using rig = await ScriptRig.create();
    const result = await rig.run('echo one; false; echo two', { shell: { form: 'builtin', name: 'sh' } });
    expect(textOf(result.stdout)).toBe('one\n');
    expect(result.exitCode).toBe(1);
  });

  test('an error message names the line', async () => {
    await using rig = await ScriptRig.create();
    const result = await rig.run('true\ntrue\nno-such-command-here\n');
    expect(result.exitCode).toBe(127);
    expect(textOf(result.stderr)).toMatch(/line 3: no-such-command-here/);
  });

  test('a script of 4 MiB runs', async () => {
    await using rig = await ScriptRig.create();
    const result = await rig.run(`${'# a long comment line\n'.repeat(200_000)}echo end`);
    expect(textOf(result.stdout)).toBe('end\n');
  });

  test('a script of bytes keeps them', async () => {
    await using rig = await ScriptRig.create();
    const result = await rig.run(Buffer.from([...Buffer.from("printf %s '"), 0xff, 0xfe, ...Buffer.from("'")]));
    expect([...result.stdout.bytes()]).toEqual([0xff, 0xfe]);
  });

  test('scripts can open /dev/stdout, /dev/stderr and /dev/stdin by name', async () => {
    await using rig = await ScriptRig.create();
    const result = await rig.run('echo oops >/dev/stderr; echo fine >/dev/stdout; cat /dev/stdin', { stdin: 'in' });
    expect(textOf(result.stderr)).toBe('oops\n');
    expect(textOf(result.stdout)).toBe('fine\nin');
  });

  test('without mkfifo on PATH a script runs all the same', async () => {
    await using rig = await ScriptRig.create();
    const result = await rig.run('printf some; printf other >&2', {
      shell: { form: 'inline', argv: ['/bin/sh', '-c'] },
      env: { PATH: '/nowhere' },
    });
    expect([textOf(result.stdout), textOf(result.stderr)]).toEqual(['some', 'other']);
  });
});

describe('custom shells', () => {
  test('a file shell gets the path of a file with its extension', async () => {
    await using rig = await ScriptRig.create();
    const result = await rig.run('console.log(require("path").extname(__filename), process.argv.length)', {
      shell: NODE,
    });
    expect(textOf(result.stdout)).toBe('.cjs 2\n');
  });

  test('an inline shell gets the script as its last argument', async () => {
    await using rig = await ScriptRig.create();
    const shell: Shell = { form: 'inline', argv: [process.execPath, '-e'] };
    const result = await rig.run('console.log("it\'s $HOME `x` \\u00e9")', { shell });
    expect(textOf(result.stdout)).toBe("it's $HOME `x` é\n");
  });

  test('a script that no argument can hold is refused with a way out', async () => {
    await using rig = await ScriptRig.create();
    const shell: Shell = { form: 'inline', argv: ['/bin/sh', '-c'] };
    const expected = { code: 'E_SCRIPT', hint: expect.stringContaining('file') };
    await expect(rig.run('echo a\0b', { shell })).rejects.toMatchObject(expected);
    await expect(rig.run(Buffer.from([0xff]), { shell })).rejects.toMatchObject(expected);
    await expect(rig.run('#'.repeat(16 * 1024 * 1024), { shell })).rejects.toMatchObject(expected);
  });

  test('a shell that is not there is E_SHELL', async () => {
    await using rig = await ScriptRig.create();
    const missing = rig.run('x', { shell: { form: 'file', argv: ['/no/such/shell'], ext: '.x' } });
    await expect(missing).rejects.toMatchObject({ code: 'E_SHELL', facts: { shell: '/no/such/shell' } });
    const noBash = rig.run('x', { env: { PATH: rig.folder } });
    await expect(noBash).rejects.toMatchObject({ code: 'E_SHELL', message: 'The shell "bash" was not found.' });
  });

  test('a shell that may not be executed is E_SHELL', async () => {
    await using rig = await ScriptRig.create();
    const program = join(rig.folder, 'interpreter');
    await writeFile(program, '#!/bin/sh\n');
    await chmod(program, 0o600);
    const run = rig.run('x', { shell: { form: 'file', argv: [program], ext: '.x' } });
    await expect(run).rejects.toMatchObject({
      code: 'E_SHELL',
      message: expect.stringContaining('could not be started'),
    });
  });
});

describe('what a script is given', () => {
  test('the environment is exactly the one of the request', async () => {
    await using rig = await ScriptRig.create();
    const env = { ONE: 'a b=c;d', EMPTY: '', UNICODE: 'größe\nzwei' };
    const result = await rig.run('process.stdout.write(JSON.stringify(process.env))', { shell: NODE, env });
    expect(JSON.parse(textOf(result.stdout))).toEqual(env);
  });

  test('the working folder is cwd, spaces and all', async () => {
    await using rig = await ScriptRig.create();
    const cwd = join(rig.folder, 'a folder with spaces');
    await mkdir(cwd);
    const result = await rig.run('pwd -P', { cwd });
    expect(textOf(result.stdout)).toBe(`${await realpath(cwd)}\n`);
  });

  test.each(['missing', 'file'])('a working folder that is a %s is E_FILE and tells the path', async (what) => {
    await using rig = await ScriptRig.create();
    const cwd = join(rig.folder, 'here');
    if (what === 'file') await writeFile(cwd, '');
    await expect(rig.run('true', { cwd })).rejects.toMatchObject({ code: 'E_FILE', facts: { path: cwd } });
  });

  test('stdin is empty by default', async () => {
    await using rig = await ScriptRig.create();
    const result = await rig.run('cat; echo end');
    expect(textOf(result.stdout)).toBe('end\n');
  });

  test('stdin gives text and bytes, and need not be read', async () => {
    await using rig = await ScriptRig.create();
    expect(textOf((await rig.run('cat', { stdin: 'two\nlines' })).stdout)).toBe('two\nlines');
    const bytes = Buffer.alloc(3 * 1024 * 1024, 0x80);
    expect((await rig.run('wc -c', { stdin: bytes })).stdout.tail(1).trim()).toBe(String(bytes.length));
    expect((await rig.run('exit 0', { stdin: bytes })).exitCode).toBe(0);
  });

  test('a NUL byte in a variable is refused with its name or value', async () => {
    await using rig = await ScriptRig.create();
    const run = rig.run('true', { env: { PATH: '/usr/bin:/bin', BAD: 'a\0b' } });
    await expect(run).rejects.toMatchObject({ code: 'E_SCRIPT', facts: { got: '"a\\u0000b"' } });
  });

  test('an environment beyond the limits of the system is refused with its size', async () => {
    await using rig = await ScriptRig.create();
    const run = rig.run('true', { env: { PATH: '/usr/bin:/bin', BIG: 'x'.repeat(16 * 1024 * 1024) } });
    await expect(run).rejects.toMatchObject({
      code: 'E_SCRIPT',
      facts: { 'bytes of environment': 16 * 1024 * 1024 + 'BIG=0PATH=/usr/bin:/bin0'.length },
    });
  });
});

test('nothing of a finished script stays in tmp', async () => {
  await using rig = await ScriptRig.create();
  await rig.run('cat', { stdin: 'x' });
  expect(await readdir(rig.folder)).toEqual([]);
});

describe('events', () => {
  test('start, output and end come in order, with what they promise', async () => {
    await using rig = await ScriptRig.create();
    await rig.run('echo hello; exit 2');
    expect(rig.events.map((event) => event.kind)).toEqual(['process:start', 'process:output', 'process:end']);
    expect(rig.events[0]).toMatchObject({ cwd: rig.folder, script: 'echo hello; exit 2', pid: expect.any(Number) });
    expect(rig.events[1]).toMatchObject({ stream: 'stdout', chunk: Buffer.from('hello\n'), quiet: false });
    expect(rig.events[2]).toMatchObject({ exitCode: 2, signal: null });
  });

  test('quiet marks the output, and keeps it', async () => {
    await using rig = await ScriptRig.create();
    const result = await rig.run('echo hello', { quiet: true });
    expect(rig.events).toContainEqual(expect.objectContaining({ kind: 'process:output', quiet: true }));
    expect(textOf(result.stdout)).toBe('hello\n');
  });

  test('an interactive script has the terminal, and gives it back even if it cannot start', async () => {
    await using rig = await ScriptRig.create();
    const result = await rig.run('exit 4', { interactive: true });
    expect(result).toMatchObject({ exitCode: 4, stdout: { size: 0 } });
    expect(rig.events.map((event) => event.kind)).toEqual([
      'terminal:take',
      'process:start',
      'process:end',
      'terminal:give-back',
    ]);
    rig.events.length = 0;
    await expect(rig.run('true', { interactive: true, env: { PATH: rig.folder } })).rejects.toMatchObject({
      code: 'E_SHELL',
    });
    expect(rig.events.map((event) => event.kind)).toEqual(['terminal:take', 'terminal:give-back']);
  });
});
