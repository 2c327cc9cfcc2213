import { execFile } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, readdir, rename, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/**
 * Lets the command do its most frequent work once, a sync with nothing to do, and keeps what V8 compiled meanwhile. It
 * is of use to this version of Node only, and only saves time, so a failure is told and nothing more.
 */
export async function recordCompiledCode(dist, prefix) {
  const folder = await mkdtemp(join(tmpdir(), 'fettle-build-'));
  try {
    await writeProject(folder);
    const sync = [join(dist, 'cli.js'), '-C', folder, '--cache-root', join(folder, 'cache'), 'sync', '--quiet'];
    // What fettle notes of its projects for this user is not for this one.
    const env = { ...process.env, XDG_STATE_HOME: join(folder, 'state') };
    const recorded = join(folder, 'recorded');
    await mkdir(recorded);
    await run(process.execPath, sync, { env });
    // Another date makes the second sync look at everything, which is what takes long.
    await utimes(join(folder, 'fettle.lua'), new Date(), new Date());
    await run(process.execPath, sync, { env: { ...env, FETTLE_WRITE_CODE_CACHE: recorded } });
    for (const name of await readdir(recorded)) {
      const part = name.replace(/\.code$/, '');
      await moveFile(join(recorded, name), join(dist, `${prefix}-${part}.js.${process.version}-${process.arch}.code`));
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
