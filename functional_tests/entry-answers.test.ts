import { describe, expect, test } from '@jest/globals';
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { chmod, readdir, readlink, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ENTRY } from './support/command.js';
import { EntryRig, type Env } from './support/entry-rig.js';

const ODD = `it's "odd" $HOME \`x\` \\ & ; é\nsecond line`;
const SHOW = String.raw`#!/bin/sh
printf '<%s>\n' "$@" "$ODD" "$FETTLE_PROJECT_DIR" "$PATH"
exit 7
`;
const RECIPES = {
  'local.show@v1': `
    function install(ctx)
      ctx.write_file("bin/show", [==[${SHOW}]==])
      ctx.run("chmod +x bin/show")
    end
    products = { show = "bin/show" }
    function deploy(ctx)
      ctx.prepend_path(ctx.install_dir .. "/bin")
      ctx.set_env("ODD", [==[${ODD}]==])
    end`,
  'local.other@v2': 'install = "mkdir bin; echo > bin/other; chmod +x bin/other"',
};

async function syncedProject(): Promise<EntryRig> {
  const rig = await EntryRig.create(RECIPES, 'packages = { "local.show@v1", "local.other@v2" }');
  await rig.sync();
  return rig;
}

/** The entry answers, and Node says the same. */
async function expectSame(rig: EntryRig, args: readonly string[], env: Env = {}): Promise<string> {
  const { exitCode, stdout, neededNode } = await rig.call(args, env);
  const expected = await rig.byNode(args, env);
  expect({ exitCode, stdout }).toEqual({ exitCode: expected.exitCode, stdout: expected.stdout });
  expect(neededNode).toBe(args[0] === 'run' && (await isContained()));
  return stdout;
}

/** In a container, which has process numbers of its own, `run` is for Node. */
async function isContained(): Promise<boolean> {
  return (await readlink('/proc/self/ns/pid')) !== 'pid:[4026531836]';
}

test('the entry answers what Node answers', async () => {
  await using rig = await syncedProject();
  const names = ['show', 'local.show', 'show@v1', 'local.show@v1', 'other'];
  for (const name of names) expect(await expectSame(rig, ['asset', name])).toContain(rig.world.cache);
  expect(await expectSame(rig, ['product', 'show'])).toMatch(/\/bin\/show\n$/);
  for (const SHELL of [undefined, '/bin/bash', '/usr/bin/fish', '/bin/zsh', '/bin/sh', '/bin/other'])
    await expectSame(rig, ['env'], { SHELL });
  for (const shell of ['bash', 'zsh', 'sh', 'fish']) await expectSame(rig, ['env', '--shell', shell]);
});

test('what depends on more than the project is left to Node', async () => {
  await using rig = await syncedProject();
  for (const shell of ['json', 'dotenv', 'github', 'powershell', 'nonsense', 'x/fish'])
    expect((await rig.call(['env', '--shell', shell])).neededNode).toBe(true);
  expect((await rig.call(['asset', 'shwo'])).stderr).toContain('Did you mean "show"?');
  expect((await rig.call(['product', 'shwo'])).exitCode).toBe(2);
});

describe('run', () => {
  test('gives the program its arguments and the environment, and passes its exit code on', async () => {
    await using rig = await syncedProject();
    const args = ['run', '--', 'show', 'a b', '', '*', '--', "it's"];
    expect(await expectSame(rig, args)).toContain(`<${ODD}>`);
    expect((await rig.call(args)).exitCode).toBe(7);
    await expectSame(rig, ['run', 'show', '-q']);
  });

  test.each([
    ['as it is', (path: string) => path],
    ['with folders of the project', (path: string, folders: readonly string[]) => [...folders, path].join(':')],
    ['with them behind, and twice', (path: string, [one = '']: readonly string[]) => [path, one, one].join(':')],
    ['with patterns', (path: string) => `/*:${path}:/[a]`],
  ])('makes PATH, %s, what Node makes of it', async (_how, change) => {
    await using rig = await syncedProject();
    const assets = [await rig.call(['asset', 'show']), await rig.call(['asset', 'other'])];
    const folders = assets.map(({ stdout }) => join(stdout.trimEnd(), 'bin'));
    await expectSame(rig, ['run', 'show'], { PATH: change(rig.path, folders) });
  });

  test.each([
    ['with an empty entry', (path: string) => `${path}:`],
    ['that is empty', () => ''],
  ])('leaves a PATH %s to Node', async (_what, change) => {
    await using rig = await syncedProject();
    const PATH = change(rig.path);
    // Without PATH there is no Node either, and that is said.
    const result = await rig.call(['run', 'show'], { PATH });
    expect(result.neededNode || result.stderr.includes('Node.js')).toBe(true);
  });

  test('adds nothing to PATH where no package has programs', async () => {
    await using rig = await EntryRig.create(
      { 'local.data@v1': 'install = "echo > data"' },
      'packages = { "local.data@v1" }',
    );
    await rig.sync();
    const program = await rig.world.write('ls', '#!/bin/sh\necho "of the working folder"\n');
    await chmod(program, 0o755);
    expect(await expectSame(rig, ['run', '--', 'ls'])).not.toContain('of the working folder');
    expect(await expectSame(rig, ['run', '--', 'sh', '-c', 'echo "$PATH"'])).toBe(`${rig.path}\n`);
  });

  test('says what is wrong with a name that is no program', async () => {
    await using rig = await syncedProject();
    for (const name of ['nothing-like-it', './nothing', '/', '', 'cd']) {
      const result = await rig.call(['run', '--', name]);
      expect(result).toMatchObject({ exitCode: 2, neededNode: true });
      expect(result.stderr).toContain('E_COMMAND_NOT_FOUND');
    }
  });

  test('leaves the working folder as the caller has it', async () => {
    await using rig = await syncedProject();
    const link = join(rig.world.root, 'link');
    await symlink(rig.world.project, link);
    const show = ['run', '--', 'sh', '-c', 'echo "$PWD" "${OLDPWD-none}"; pwd -P'];
    const { stdout, neededNode } = await rig.call(show, { PWD: link, OLDPWD: undefined }, link);
    expect({ stdout, neededNode }).toEqual({
      stdout: `${link} none\n${rig.world.project}\n`,
      neededNode: await isContained(),
    });
  });

  test('keeps the packages in the cache for as long as the program lives, and no longer', async () => {
    await using rig = await syncedProject();
    const gate = rig.world.gate('program');
    const running = await rig.start(['run', '--', 'sh', '-c', gate.command]);
    await gate.arrived();
    const leases = join(rig.world.cache, 'leases');
    const [lease = ''] = await readdir(leases);
    if (await isContained()) expect(lease).toMatch(/^held~/);
    else expect(lease).toMatch(new RegExp(`^held~.*~${running.pid}~\\d+~entry$`));
    expect((await rig.world.read(join(leases, lease))).split('\n')).toHaveLength(3);
    expect((await rig.call(['sync'])).neededNode).toBe(await isContained());
    const collection = await rig.byNode(['cache', 'gc', '--older-than', '0s', '--json']);
    expect(JSON.parse(collection.stdout)).toMatchObject({ kept: [{ kind: 'entry' }, { kind: 'entry' }] });
    gate.open();
    expect((await running.result).exitCode).toBe(0);
    expect((await rig.call(['sync'])).neededNode).toBe(false);
    // Whoever comes next by Node takes it away.
    await rig.byNode(['sync']);
    expect(await readdir(leases)).toEqual([]);
  });

  test('lets Node look at a lease of another kind', async () => {
    await using rig = await syncedProject();
    await writeFile(join(rig.world.cache, 'leases', 'held~elsewhere'), '');
    expect((await rig.call(['sync'])).neededNode).toBe(true);
  });

  test('lets Node clear away when many leases are left', async () => {
    await using rig = await syncedProject();
    const calls: boolean[] = [];
    for (let call = 0; call < 20; call += 1) calls.push((await rig.call(['run', 'true'])).neededNode);
    expect(calls.filter((neededNode) => neededNode)).toHaveLength((await isContained()) ? 20 : 1);
  });
});

describe('the entry', () => {
  test('reads no answers through a link, as somebody else could lay one', async () => {
    await using rig = await syncedProject();
    const answers = join(rig.world.home, '.local/state/fettle/answers', rig.world.project, 'environment.sh');
    const other = join(rig.world.root, 'other.sh');
    await writeFile(other, 'echo planted; exit');
    await rm(answers);
    await symlink(other, answers);
    expect((await rig.call(['env'])).stdout).not.toContain('planted');
  });

  test.each(['absolute', 'relative'])('finds what belongs to it through links, %s ones too', async (kind) => {
    using folder = new LinkFolder();
    symlinkSync(ENTRY, join(folder.path, 'first'));
    symlinkSync(kind === 'absolute' ? join(folder.path, 'first') : '../first', join(folder.path, 'bin', 'second'));
    const { stdout } = await promisify(execFile)(join(folder.path, 'bin', 'second'), ['version']);
    expect(stdout).toMatch(/^\d+\.\d+\.\d+/);
  });

  test('has Node spare memory where much may be to do', async () => {
    await using rig = await EntryRig.create({ 'local.a@v1': 'install = "echo > a"' }, 'packages = { "local.a@v1" }');
    const sparing = expect.stringMatching(/^--max-semi-space-size=1 /);
    expect((await rig.call(['sync'])).nodeCall).toEqual(sparing);
    expect((await rig.call(['install'])).nodeCall).toEqual(sparing);
    expect((await rig.call(['sync', '--json'])).nodeCall).not.toEqual(sparing);
    expect((await rig.call(['asset', 'nothing'])).nodeCall).not.toEqual(sparing);
  });

  test('lets Node have room for the objects of hundreds of packages', async () => {
    const many = Array.from({ length: 1200 }, (_, index) => `  { recipe = "local.a@v1", options = { n = ${index} } },`);
    const recipe = 'options = { n = { type = "number", default = 0 } } check = "true"';
    await using rig = await EntryRig.create({ 'local.a@v1': recipe }, `packages = {\n${many.join('\n')}\n}`);
    const { nodeCall } = await rig.call(['sync', '--dry-run']);
    expect(nodeCall).toEqual(expect.stringContaining('cli.js sync --dry-run'));
    expect(nodeCall).not.toContain('semi-space');
  });

  test('leaves it to Node to say that a manifest cannot be read', async () => {
    await using rig = await EntryRig.create({}, '');
    const manifest = join(rig.world.project, 'fettle.lua');
    await rm(manifest);
    await symlink('/proc/self/mem', manifest);
    const { exitCode, stderr } = await rig.call(['install']);
    expect({ exitCode, stderr }).toEqual({ exitCode: 3, stderr: expect.stringMatching(/^error\[E_MANIFEST\]/) });
  });

  test('says that Node is missing', async () => {
    await using rig = await syncedProject();
    const bin = join(rig.world.root, 'programs');
    await rm(join(bin, 'node'));
    const { exitCode, stderr } = await rig.call(['version'], { PATH: bin });
    expect({ exitCode, stderr }).toEqual({ exitCode: 127, stderr: expect.stringContaining('Node.js 20') });
  });
});

/** A folder that links are made in. */
class LinkFolder implements Disposable {
  readonly path = mkdtempSync(join(tmpdir(), 'fettle-links-'));

  constructor() {
    mkdirSync(join(this.path, 'bin'));
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}
