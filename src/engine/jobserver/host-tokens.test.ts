import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { detectHost, type Host } from '../../host/index.js';
import { HostTokens } from './host-tokens.js';

let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fettle-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

function hostWith(cores: number, more: Partial<Host> = {}): Host {
  return { ...detectHost(), env: {}, tmp: folder, cores, ...more };
}

function opened(host: Host, jobs = host.cores): HostTokens {
  const tokens = new HostTokens(host, jobs);
  tokens.open();
  return tokens;
}

function poolFiles(cores: number): readonly string[] {
  return readdirSync(join(folder, `fettle-jobserver-${userInfo().uid}`, `cores-${cores}`)).sort();
}

async function startProcess(): Promise<ChildProcess & { readonly pid: number }> {
  const child = spawn('sleep', ['1000'], { stdio: 'ignore' });
  await once(child, 'spawn');
  return child as ChildProcess & { readonly pid: number };
}

async function kill(child: ChildProcess): Promise<void> {
  child.kill('SIGKILL');
  await once(child, 'exit');
}

describe('the tokens of a machine', () => {
  test('are a file each; the first that a run takes is for its first core', () => {
    using tokens = opened(hostWith(4));
    expect(poolFiles(4)).toEqual(['1.free', '2.free', '3.free', '4.free']);
    expect(tokens.take(10)).toBe(3);
    expect(poolFiles(4).some((name) => name.endsWith('.free'))).toBe(false);
    tokens.giveBack(1);
    expect(poolFiles(4).filter((name) => name.endsWith('.free'))).toHaveLength(1);
  });

  test('are shared by all runs of a user', () => {
    using first = opened(hostWith(4));
    using second = opened(hostWith(4));
    expect(first.take(1)).toBe(1);
    expect(second.take(5)).toBe(1);
    expect(first.take(1)).toBe(0);
    second.rest();
    expect(first.take(5)).toBe(2);
  });

  test('are never more for a run than its jobs', () => {
    using tokens = opened(hostWith(8), 3);
    expect(tokens.limit).toBe(3);
  });

  test('are taken from a process that was killed', async () => {
    const child = await startProcess();
    const killed = opened(hostWith(4, { pid: child.pid }));
    expect(killed.take(3)).toBe(3);
    using survivor = opened(hostWith(4));
    expect(survivor.take(3)).toBe(0);
    await kill(child);
    expect(survivor.take(3)).toBe(3);
  });

  test('are divided when somebody wishes for more, and only then', () => {
    using first = opened(hostWith(4));
    using second = opened(hostWith(4));
    expect(first.take(3)).toBe(3);
    expect(second.take(1)).toBe(0);
    first.refresh();
    expect(first.limit).toBe(2);
    first.giveBack(2);
    second.refresh();
    expect(second.take(1)).toBe(1);
    second.refresh();
    first.refresh();
    expect(first.limit).toBe(4);
  });

  test('are not divided for the wish of a process that was killed', async () => {
    const child = await startProcess();
    using first = opened(hostWith(2));
    expect(first.take(1)).toBe(1);
    const wishing = opened(hostWith(2, { pid: child.pid }));
    expect(wishing.take(1)).toBe(0);
    await kill(child);
    first.refresh();
    expect(first.limit).toBe(2);
    expect(poolFiles(2)).toHaveLength(2);
  });

  test('leave a run its first core when somebody removes them', () => {
    using tokens = opened(hostWith(2));
    rmSync(folder, { recursive: true });
    expect(tokens.take(1)).toBe(0);
    tokens.refresh();
    tokens.rest();
    expect(tokens.limit).toBe(2);
  });

  test('are refused in a folder that others can write to', () => {
    const base = join(folder, `fettle-jobserver-${userInfo().uid}`);
    mkdirSync(base);
    chmodSync(base, 0o777);
    expect(() => opened(hostWith(2))).toThrow(expect.objectContaining({ code: 'E_JOBSERVER', facts: { path: base } }));
  });

  test('are neither lost nor made by whatever several runs do', () => {
    const step = fc.record({ who: fc.nat(2), count: fc.integer({ min: -4, max: 4 }), rests: fc.boolean() });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5 }), fc.array(step, { maxLength: 30 }), (cores, steps) => {
        const runs = [0, 1, 2].map(() => ({ tokens: opened(hostWith(cores)), held: 0 }));
        for (const { who, count, rests } of steps) {
          const run = runs[who];
          if (!run) continue;
          if (rests) run.tokens.rest();
          else if (count >= 0) run.held += run.tokens.take(count);
          else run.tokens.giveBack(Math.min(-count, run.held));
          run.held = rests ? 0 : Math.max(0, run.held + Math.min(0, count));
          run.tokens.refresh();
          const held = runs.reduce((sum, each) => sum + each.held, 0);
          expect(held).toBeLessThan(cores);
          expect(poolFiles(cores).filter((name) => !name.startsWith('wish'))).toHaveLength(cores);
        }
        for (const { tokens } of runs) tokens[Symbol.dispose]();
        expect(poolFiles(cores).every((name) => name.endsWith('.free'))).toBe(true);
      }),
      { numRuns: 40 },
    );
  });
});
