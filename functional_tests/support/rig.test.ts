import { describe, expect, test } from '@jest/globals';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, readlink, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import extractZip from 'extract-zip';
import { tarGz, zip, type ArchiveEntry } from './archives.js';
import { Gatekeeper } from './gates.js';
import { cutAfter, holdAfter, inTurn, LoopbackServer, respondWith } from './loopback-server.js';
import { Trace } from './trace.js';

const run = promisify(execFile);

async function temporaryFolder(): Promise<AsyncDisposable & { path: string }> {
  const path = await mkdtemp(join(tmpdir(), 'fettle-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true }) };
}

describe('archives', () => {
  const entries: readonly ArchiveEntry[] = [
    { path: 'top/' },
    { path: 'top/größe.txt', content: 'content\n' },
    { path: 'top/program', content: '#!/bin/sh\n', mode: 0o755 },
    { path: 'top/link', linkTo: 'program' },
  ];

  async function expectEntries(folder: string): Promise<void> {
    expect(await readFile(join(folder, 'top/größe.txt'), 'utf8')).toBe('content\n');
    expect((await stat(join(folder, 'top/program'))).mode & 0o777).toBe(0o755);
    expect(await readlink(join(folder, 'top/link'))).toBe('program');
  }

  test('the tar program reads our tar.gz', async () => {
    await using folder = await temporaryFolder();
    await writeFile(
      join(folder.path, 'a.tar.gz'),
      tarGz([...entries, { path: 'top/hard', hardLinkTo: 'top/program' }]),
    );
    await run('tar', ['-xzf', 'a.tar.gz'], { cwd: folder.path });
    await expectEntries(folder.path);
    expect((await stat(join(folder.path, 'top/hard'))).nlink).toBe(2);
  });

  test('a zip reader reads our zip', async () => {
    await using folder = await temporaryFolder();
    await writeFile(join(folder.path, 'a.zip'), zip(entries));
    await extractZip(join(folder.path, 'a.zip'), { dir: folder.path });
    await expectEntries(folder.path);
  });
});

describe('gates', () => {
  function visit(command: string) {
    const script = spawn('sh', ['-c', `exec ${command}`], { stdio: 'ignore' });
    return { script, exitCode: once(script, 'close').then(([code]) => code as number | null) };
  }

  test('scripts wait until they are let through, one by one or all', async () => {
    await using keeper = await Gatekeeper.start();
    const gate = keeper.gate('one');
    const visits = [visit(gate.command), visit(gate.command), visit(gate.command)];
    await gate.arrived(3);
    expect(gate.letOneThrough()).toBe(true);
    expect(gate.turnOneAway()).toBe(true);
    gate.open();
    expect((await Promise.all(visits.map((each) => each.exitCode))).sort()).toEqual([0, 0, 1]);
    expect(await visit(gate.command).exitCode).toBe(0);
    expect(gate.arrivals).toBe(4);
  });

  test('a script that is killed at a gate is noticed', async () => {
    await using keeper = await Gatekeeper.start();
    const gate = keeper.gate('one');
    const { script, exitCode } = visit(gate.command);
    await gate.arrived();
    script.kill('SIGKILL');
    await gate.vanished();
    expect(await exitCode).toBeNull();
  });

  test('scripts do not outlive the test', async () => {
    const keeper = await Gatekeeper.start();
    const gate = keeper.gate('one');
    const { exitCode } = visit(gate.command);
    await gate.arrived();
    await keeper[Symbol.asyncDispose]();
    expect(await exitCode).toBe(1);
  });
});

describe('the loopback server', () => {
  test('answers in turn, counts, and remembers headers', async () => {
    await using server = await LoopbackServer.start();
    const url = server.serve('/f', inTurn(respondWith('busy', { status: 503 }), respondWith('here')));
    const answers = [];
    for (let turn = 0; turn < 3; turn += 1) answers.push((await fetch(`${url}?q`, { headers: { 'x-a': 'b' } })).status);
    expect(answers).toEqual([503, 200, 200]);
    expect(server.count('/f')).toBe(3);
    expect(server.requests[0]?.headers['x-a']).toBe('b');
    expect((await fetch(`${server.origin}/unknown`)).status).toBe(404);
  });

  test('cuts a body', async () => {
    await using server = await LoopbackServer.start();
    const response = await fetch(server.serve('/cut', cutAfter(3, Buffer.from('abcdef'))));
    await expect(response.text()).rejects.toThrow();
  });

  test('holds a body until the test says so', async () => {
    await using server = await LoopbackServer.start();
    const { promise, release } = latch();
    const response = await fetch(server.serve('/held', holdAfter(3, Buffer.from('abcdef'), promise)));
    release();
    expect(await response.text()).toBe('abcdef');
  });

  function latch() {
    let release!: () => void;
    const promise = new Promise<void>((resolve) => (release = resolve));
    return { promise, release };
  }
});

describe('a trace', () => {
  const line = (kind: string) => `${JSON.stringify({ kind, time: 1, phase: null, package: null })}\n`;

  test('tells of past and coming events, whole lines only', async () => {
    await using folder = await temporaryFolder();
    const file = join(folder.path, 'trace');
    await writeFile(file, '');
    const trace = new Trace(file);
    const first = trace.waitFor((event) => event.kind === 'ö');
    await writeFile(file, line('ö') + line('b').slice(0, 5), { flag: 'a' });
    expect((await first).kind).toBe('ö');
    expect((await trace.waitFor((event) => event.kind === 'ö')).kind).toBe('ö');
    await writeFile(file, line('b').slice(5), { flag: 'a' });
    await trace.end();
    expect(trace.events.map((event) => event.kind)).toEqual(['ö', 'b']);
  });

  test('does not leave a test waiting for what never happened', async () => {
    await using folder = await temporaryFolder();
    const file = join(folder.path, 'trace');
    await writeFile(file, line('a'));
    const trace = new Trace(file);
    const never = expect(trace.waitFor((event) => event.kind === 'z')).rejects.toThrow(/told of:\na/);
    await trace.end();
    await never;
  });
});
