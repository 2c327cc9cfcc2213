import { chmod, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const COMMAND_LINE = fileURLToPath(new URL('../dist/cli.js', import.meta.url));

/** A project of `count` recipes that write one small file each, with a cache of its own. */
export async function createTrivialProject(count) {
  const root = await mkdtemp(join(tmpdir(), 'fettle-bench-'));
  const project = join(root, 'project');
  await mkdir(join(project, '.git'), { recursive: true });
  await mkdir(join(project, 'recipes'));
  const identities = Array.from({ length: count }, (_, index) => `local.tool${index}@v1`);
  for (const identity of identities) await writeFile(join(project, 'recipes', `${identity}.lua`), recipe(identity));
  const entries = identities.map((identity) => `  { recipe = "${identity}", source = "recipes/${identity}.lua" },`);
  await writeFile(join(project, 'fettle.lua'), `packages = {\n${entries.join('\n')}\n}\n`);
  return { root, project, cache: join(root, 'cache'), env: cleanEnvironment(root) };
}

export async function removeProject({ root }) {
  await makeRemovable(root);
  await rm(root, { recursive: true, force: true });
}

function recipe(identity) {
  return `identity = "${identity}"\n\nfunction install(ctx)\n  ctx.write_file("name.txt", ctx.identity)\nend\n`;
}

/** Nothing of the developer's own settings reaches the command. */
export function cleanEnvironment(home) {
  const kept = Object.entries(process.env).filter(([name]) => !name.startsWith('FETTLE_') && !name.startsWith('NODE_'));
  return { ...Object.fromEntries(kept), HOME: home };
}

/** Assets are read-only; a folder must be writable before what is in it can go. */
export async function makeRemovable(folder) {
  await chmod(folder, 0o700);
  const entries = await readdir(folder, { withFileTypes: true });
  for (const entry of entries) if (entry.isDirectory()) await makeRemovable(join(folder, entry.name));
}
