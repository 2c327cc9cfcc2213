import { spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { EXIT, FettleError, messageOf } from '../../errors/index.js';
import type { Host } from '../../host/index.js';
import { lastRunLines, reportFileOf } from '../../project/index.js';
import { logExcerpts, readRecordLines, reportPage, storyJson, storyOf } from '../../report/index.js';
import type { Invocation } from '../invocation.js';
import { manifestFileOf } from '../manifest-file.js';

export interface ReportOptions {
  readonly output?: string;
  readonly open?: boolean;
  readonly json?: boolean;
}

/**
 * `fettle report`: the last sync or install of the project as one HTML file.
 * @throws FettleError E_NOT_SYNCED when there is no record of a run, E_FILE
 */
export async function report(invocation: Invocation, options: ReportOptions): Promise<number> {
  const { host, streams } = invocation;
  const projectDir = dirname(manifestFileOf(invocation));
  const story = storyOf(readRecordLines(lastRunLines(projectDir) ?? []));
  if (!story) throw noRecord(projectDir);
  if (options.json === true) {
    streams.out(`${JSON.stringify(storyJson(story))}\n`);
    return EXIT.ok;
  }
  const page = reportPage(story, await logExcerpts(story.packages));
  if (options.output === '-') {
    streams.out(page);
    return EXIT.ok;
  }
  const file = options.output === undefined ? reportFileOf(projectDir) : resolve(host.cwd, options.output);
  await write(file, page);
  streams.out(`${file}\n`);
  if (options.open === true) openInBrowser(file, host);
  return EXIT.ok;
}

function noRecord(projectDir: string): FettleError {
  return new FettleError('E_NOT_SYNCED', 'There is no record of a run of this project.', {
    facts: { path: projectDir },
    hint: 'Run "fettle sync" first.',
  });
}

async function write(file: string, page: string): Promise<void> {
  try {
    await writeFile(file, page);
  } catch (error) {
    throw new FettleError('E_FILE', `the report cannot be written: ${messageOf(error)}`, {
      facts: { path: file },
      cause: error,
    });
  }
}

/** The program of each system that opens a file as a double click would. */
const OPENERS: Readonly<Record<Host['platform'], readonly [string, ...string[]]>> = {
  linux: ['xdg-open'],
  darwin: ['open'],
  windows: ['rundll32', 'url.dll,FileProtocolHandler'],
};

/** The path is printed anyway, so a machine without a browser is no failure. */
function openInBrowser(file: string, { platform }: Host): void {
  const [program, ...args] = OPENERS[platform];
  const child = spawn(program, [...args, file], { detached: true, stdio: 'ignore' });
  child.on('error', () => undefined);
  child.unref();
}
