import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { existsSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EventBody } from '../events/index.js';
import { detectHost } from '../host/index.js';
import { runScript } from './run-script.js';
import type { ScriptRequest, ScriptResult } from './script.js';

/** For tests: runs scripts in a folder of their own, and keeps the events. */
export class ScriptRig implements AsyncDisposable {
  readonly events: EventBody[] = [];
  readonly abort = new AbortController();

  private constructor(readonly folder: string) {}

  static async create(): Promise<ScriptRig> {
    return new ScriptRig(await realpath(await mkdtemp(join(tmpdir(), 'fettle-process-'))));
  }

  request(script: string | Uint8Array, more: Partial<ScriptRequest> = {}): ScriptRequest {
    return {
      script,
      shell: { form: 'builtin', name: 'bash' },
      cwd: this.folder,
      env: { PATH: detectHost().env['PATH'] ?? '' },
      signal: this.abort.signal,
      capture: true,
      tmp: this.folder,
      emit: (event) => this.events.push(event),
      ...more,
    };
  }

  run(script: string | Uint8Array, more: Partial<ScriptRequest> = {}): Promise<ScriptResult> {
    return runScript(this.request(script, more));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }
}

export function textOf(captured: ScriptResult['stdout']): string {
  return Buffer.from(captured.bytes()).toString('utf8');
}

/** Whether a process runs; the dead that nobody has reaped do not. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  const stat = `/proc/${pid}/stat`;
  if (!existsSync('/proc/self/stat')) return true;
  return existsSync(stat) && !/\) [ZX] /.test(readFileSync(stat, 'latin1'));
}

/** A `log` that calls `act` once, when `word` has come. */
export function when(word: string, act: () => void): NonNullable<ScriptRequest['log']> {
  let seen = '';
  let isDone = false;
  return (_stream, chunk) => {
    seen += Buffer.from(chunk).toString('latin1');
    if (isDone || !seen.includes(word)) return;
    isDone = true;
    act();
  };
}
