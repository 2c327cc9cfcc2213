import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** bun verifies SHA-512, unpacks into a cache and makes hard links in the project. It flushes nothing. */
export async function setUpBun({ program }, { folder, env }, registry) {
  await declare(folder, registry);
  const own = { ...env, BUN_INSTALL_CACHE_DIR: join(folder, 'cache') };
  const install = { command: [program, 'install', '--ignore-scripts'], cwd: folder, env: own };
  return { install, noOps: { 'bun install': install } };
}

/** pnpm verifies SHA-512, hashes each file into a store and makes hard links or clones in the project. It flushes nothing. */
export async function setUpPnpm({ program }, { folder, env }, registry) {
  await declare(folder, registry);
  const places = ['--store-dir', join(folder, 'store'), '--config.cache-dir', join(folder, 'cache')];
  const command = (...args) => ({
    command: [program, 'install', '--ignore-scripts', ...places, ...args],
    cwd: folder,
    env,
  });
  return {
    install: command(),
    noOps: { 'pnpm install': command('--frozen-lockfile', '--offline') },
  };
}

async function declare(folder, { address, tarballs }) {
  await mkdir(folder, { recursive: true });
  const dependencies = Object.fromEntries(tarballs.map(({ name, version }) => [name, version]));
  const manifest = { name: 'measured', version: '1.0.0', private: true, dependencies };
  await writeFile(join(folder, 'package.json'), JSON.stringify(manifest));
  await writeFile(join(folder, '.npmrc'), `registry=${address}/\n`);
}
