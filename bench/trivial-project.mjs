import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** What Node is given. */
export const COMMAND_LINE = join(ROOT, 'dist', 'cli.js');
/** What npm links as `fettle`. */
export const LINKED_COMMAND = join(ROOT, JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')).bin.fettle);

/** A project of `count` recipes that write one small file each, with a cache of its own. */
export async function createTrivialProject(count) {
  const root = await mkdtemp(join(tmpdir(), 'fettle-bench-'));
  const project = join(root, 'project');
  const names = Array.from({ length: count }, (_, index) => `tool${index}`);
  await writeProject(
    project,
    names.map((name) => ({ name, body: trivialBody(name) })),
  );
  return { root, project, cache: join(root, 'cache'), env: cleanEnvironment(root) };
}

/** @param recipes `{ name, body }`: `local.NAME@v1`, and what its recipe says besides its identity */
export async function writeProject(project, recipes) {
  await mkdir(join(project, '.git'), { recursive: true });
  await mkdir(join(project, 'recipes'), { recursive: true });
  for (const { name, body } of recipes) {
    const identity = `local.${name}@v1`;
    await writeFile(join(project, 'recipes', `${identity}.lua`), `identity = "${identity}"\n${body}`);
  }
  const entries = recipes.map(({ name }) => `  "local.${name}@v1",\n`);
  await writeFile(join(project, 'fettle.lua'), `packages = {\n${entries.join('')}}\n`);
}

/** Gives the manifest another date, so that whatever remembers that there is nothing to do must look at all again. */
export async function touchManifest(project) {
  const past = new Date(Date.now() - 3_600_000);
  await utimes(join(project, 'fettle.lua'), past, past);
}

export async function removeProject({ root }) {
  await removeFolder(root);
}

/** Assets are read-only; a folder must be writable before what is in it can go. */
export async function removeFolder(folder) {
  spawnSync('chmod', ['-R', 'u+w', folder], { stdio: 'ignore' });
  await rm(folder, { recursive: true, force: true });
}

/** The caller's settings of fettle and Node must not decide what is measured. */
export function cleanEnvironment(home) {
  const kept = Object.entries(process.env).filter(([name]) => !/^(FETTLE|NODE|MISE|CONAN|BUN|npm|PNPM)_/i.test(name));
  return { ...Object.fromEntries(kept), HOME: home };
}

function trivialBody(name) {
  return `products = { ${name} = "bin/${name}" }\n\nfunction install(ctx)\n  ctx.write_file("bin/${name}", ctx.identity)\nend\n`;
}
