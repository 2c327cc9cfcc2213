import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { runProgram, type ProgramRequest } from './run-program.js';
import { isRunning, when } from './script-rig.js';

let cwd: string;

beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'fettle-program-'));
});

afterEach(() => rm(cwd, { recursive: true, force: true }));

function request(argv: readonly string[], more: Partial<ProgramRequest> = {}): ProgramRequest {
  return { argv, cwd, env: { PATH: process.env['PATH'] ?? '' }, signal: new AbortController().signal, ...more };
}

test('gives exit code, stdout and stderr as text', async () => {
  const result = await runProgram(request(['sh', '-c', 'echo out; echo err >&2; exit 3']));
  expect(result).toMatchObject({ exitCode: 3, signal: null, stdout: 'out\n', stderr: 'err\n', truncated: false });
});

test('arguments arrive as they are, without a shell', async () => {
  const args = ['a b', '$HOME', '*', '', `'"`, '-x'];
  const result = await runProgram(
    request([process.execPath, '-p', 'JSON.stringify(process.argv.slice(1))', '--', ...args]),
  );
  expect(JSON.parse(result.stdout)).toEqual(args);
});

test('stdin is empty unless something is given', async () => {
  expect((await runProgram(request(['cat']))).stdout).toBe('');
  expect((await runProgram(request(['cat'], { stdin: 'text' }))).stdout).toBe('text');
  expect((await runProgram(request(['true'], { stdin: Buffer.alloc(1e6) }))).exitCode).toBe(0);
});

test('output beyond the limit is cut, and said to be', async () => {
  let logged = 0;
  const result = await runProgram(
    request(['head', '-c', '200000', '/dev/zero'], {
      outputLimit: 10,
      log: (_stream, chunk) => {
        logged += chunk.length;
      },
    }),
  );
  expect(result).toMatchObject({ truncated: true, stdout: '\0'.repeat(10), exitCode: 0 });
  expect(logged).toBe(200_000);
});

test('a program that is not there is E_COMMAND_NOT_FOUND', async () => {
  const run = runProgram(request(['no-such-program-here']));
  await expect(run).rejects.toMatchObject({ code: 'E_COMMAND_NOT_FOUND', facts: { program: 'no-such-program-here' } });
});

test('a program that cannot be executed is E_SCRIPT', async () => {
  const program = join(cwd, 'plain');
  await writeFile(program, '', { mode: 0o600 });
  await expect(runProgram(request([program]))).rejects.toMatchObject({ code: 'E_SCRIPT', facts: { program } });
});

test('a folder that is not there is E_FILE, not a missing program', async () => {
  const missing = join(cwd, 'none');
  await expect(runProgram(request(['true'], { cwd: missing }))).rejects.toMatchObject({
    code: 'E_FILE',
    facts: { path: missing },
  });
});

test('an abort ends the program and what it started', async () => {
  const abort = new AbortController();
  let output = '';
  const stop = when('ready', () => abort.abort(new RangeError('stop')));
  const run = runProgram(
    request(['sh', '-c', 'sleep 1000 & echo $!; echo ready; wait'], {
      signal: abort.signal,
      log: (stream, chunk) => {
        output += Buffer.from(chunk).toString();
        return stop(stream, chunk);
      },
    }),
  );
  await expect(run).rejects.toThrow('stop');
  expect(isRunning(Number.parseInt(output, 10))).toBe(false);
});

test('a timeout is told', async () => {
  const result = await runProgram(request(['sleep', '1000'], { timeoutMs: 50 }));
  expect(result).toMatchObject({ timedOut: true, signal: 'SIGTERM' });
});
