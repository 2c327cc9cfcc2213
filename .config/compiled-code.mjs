import { execFile } from 'node:child_process';
import { appendFile, copyFile, mkdir, mkdtemp, rename, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** What V8 compiled holds only for the options that it was started with: those of the entry (src/cli/entry/fettle.sh), and none. */
const VARIANTS = [
  { name: '', options: [] },
  { name: '-small', options: ['--max-semi-space-size=1'] },
];

/** Each part is recorded by the work that it is read for most often. */
const RUNS = [
  // Without what was remembered a sync reads the recipes.
  { parts: ['lua'], prepare: (folder) => rm(join(folder, '.fettle'), { recursive: true, force: true }) },
  // Without the stamp a sync looks at everything.
  {
    parts: ['shared', 'sync', 'rest'],
    prepare: (folder) => rm(join(folder, '.fettle', 'stamp.json'), { force: true }),
  },
  // With it, of the manifest alone: what it says when its text is another one, and only that when its date is.
  { parts: ['edit'], prepare: (folder) => appendFile(join(folder, 'fettle.lua'), '-- edited\n') },
  { parts: ['quick'], prepare: (folder) => utimes(join(folder, 'fettle.lua'), 1, 1) },
  { parts: ['start'], prepare: async () => undefined, more: ['--no-progress'] },
];

/**
 * Lets the command do its most frequent work, a sync with nothing to do, and keeps what V8 compiled meanwhile. It
 * is of use to this version of Node only, and only saves time, so a failure is told and nothing more.
 */
export async function recordCompiledCode(dist, prefix) {
  const folder = await mkdtemp(join(tmpdir(), 'fettle-build-'));
  try {
    await writeProject(folder);
    const sync = [join(dist, 'cli.js'), '-C', folder, '--cache-root', join(folder, 'cache'), 'sync', '--quiet'];
    // What fettle notes of its projects for this user is not for this one.
    const env = { ...process.env, XDG_STATE_HOME: join(folder, 'state') };
    await run(process.execPath, sync, { env });
    for (const variant of VARIANTS) {
      for (const { parts, prepare, more = [] } of RUNS) {
        const recorded = await mkdtemp(join(folder, 'recorded-'));
        await prepare(folder);
        const recording = { env: { ...env, FETTLE_WRITE_CODE_CACHE: recorded } };
        await run(process.execPath, [...variant.options, ...sync, ...more], recording);
        const nameOf = (part) => `${prefix}-${part}.js.${process.version}-${process.arch}${variant.name}.code`;
        for (const part of parts) await moveFile(join(recorded, `${part}.code`), join(dist, nameOf(part)));
      }
    }
  } catch (error) {
    console.error(`build: no compiled code is kept, so each start takes longer: ${error.message}`);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The temporary folder may be on another disk than the build. */
async function moveFile(from, to) {
  const draft = `${to}.${process.pid}.tmp`;
  await copyFile(from, draft);
  await rename(draft, to);
}

async function writeProject(folder) {
  await mkdir(join(folder, 'recipes'));
  await writeFile(join(folder, 'fettle.lua'), 'packages = { "local.one@v1", { recipe = "local.two@v1" } }\n');
  const recipe = (name) => `identity = "local.${name}@v1"
options = { version = { type = "string", default = "1" } }
products = { ${name} = "bin/${name}" }
function install(ctx) ctx.write_file("bin/${name}", "") end
`;
  for (const name of ['one', 'two']) await writeFile(join(folder, 'recipes', `${name}.lua`), recipe(name));
}
