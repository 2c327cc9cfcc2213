import { mkdir, readdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { runCommand } from './suite/time-command.mjs';

const PACKAGES = [
  ...['@biomejs/cli-linux-x64@2.6.8', '@esbuild/linux-x64@0.28.2', '@next/swc-linux-x64-gnu@16.4.6'],
  ...['@oven/bun-linux-x64@1.4.5', '@pulumi/aws@7.48.0', '@tensorflow/tfjs@4.22.0', '@types/node@20.19.43'],
  ...['aws-sdk@2.1693.0', 'core-js@3.51.0', 'date-fns@4.1.0', 'lodash@4.17.21', 'monaco-editor@0.57.0'],
  ...['next@16.4.6', 'playwright-core@1.65.1', 'pyodide@314.0.7', 'react-native@0.81.4', 'rxjs@7.8.2'],
  ...['three@0.187.0', 'typescript@5.9.3', 'zod@4.1.12'],
];

const FOLDER = join(homedir(), '.cache', 'fettle-bench', 'npm');

/**
 * Gets what is missing of 20 real npm tarballs (287 MB packed, 1.14 GB unpacked) through npm, as it is configured. They
 * are kept below the user's cache folder.
 * @returns `{ name, version, file }` of each
 */
export async function findTarballs() {
  await mkdir(FOLDER, { recursive: true });
  const there = await readdir(FOLDER);
  const missing = PACKAGES.filter((name) => !there.includes(fileOf(name)));
  if (missing.length > 0)
    await runCommand({ command: ['npm', 'pack', '--silent', '--pack-destination', FOLDER, ...missing], cwd: FOLDER });
  return PACKAGES.map((each) => {
    const at = each.lastIndexOf('@');
    return { name: each.slice(0, at), version: each.slice(at + 1), file: join(FOLDER, fileOf(each)) };
  });
}

function fileOf(name) {
  return `${name.replace(/^@/, '').replace('/', '-').replace(/@/, '-')}.tgz`;
}
