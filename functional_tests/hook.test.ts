import { describe, expect, test } from '@jest/globals';
import { chmod, cp, mkdir, readFile, realpath, rename, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  DRIVEN_SHELLS,
  sessionText,
  shellSession,
  testWith,
  titleFor,
  World,
  type DrivenShellName,
} from './support/index.js';

const ODD = `it's "odd" $HOME \`x\` \\ & ; é *`;

/** A synced project whose package puts a folder on PATH and sets ODD. */
async function synced(odd = ODD): Promise<World> {
  const world = await World.create();
  await writeProject(world, odd);
  const { exitCode, stderr } = await world.fettle(['sync']);
  if (exitCode !== 0) throw new Error(stderr);
  return world;
}

async function writeProject(world: World, odd: string, folder = ''): Promise<void> {
  await world.write(`${folder}recipes/local.tool@v1.lua`, toolRecipe(odd));
  await world.write(`${folder}fettle.lua`, 'packages = { "local.tool@v1" }');
}

function toolRecipe(odd: string): string {
  return `identity = "local.tool@v1"
    install = "mkdir bin; echo '#!/bin/sh' > bin/tool; chmod +x bin/tool"
    function deploy(ctx)
      ctx.prepend_path(ctx.install_dir .. "/bin")
      ctx.set_env("ODD", [==[${odd}]==])
    end`;
}

async function toolFolder(world: World): Promise<string> {
  return join((await world.fettle(['asset', 'tool'])).stdout.trimEnd(), 'bin');
}

/** A hook whose command leaves a trace each time that it runs. */
async function countingHook(world: World, shell: DrivenShellName): Promise<{ hook: string; runs(): Promise<number> }> {
  const { stdout } = await world.fettle(['hook', shell], { isTraced: false });
  const log = await world.write('../runs', '');
  const counter = await world.write('../counter', `#!/bin/sh\necho run >> '${log}'\nexec '${process.execPath}' "$@"\n`);
  await chmod(counter, 0o755);
  const file = await world.write('../hook', stdout.replaceAll(`'${process.execPath}'`, `'${counter}'`));
  return {
    hook: `cat '${file}'`,
    runs: async () => (await readFile(log, 'utf8')).split('\n').length - 1,
  };
}

const SHELLS = Object.keys(DRIVEN_SHELLS) as DrivenShellName[];

describe.each(SHELLS.map((shell) => ({ shell, title: titleFor('the hook of', shell) })))('$title', ({ shell }) => {
  const test = testWith(shell);

  test('activates in a project and below it, and restores on leaving', async () => {
    await using world = await synced();
    await mkdir(join(world.project, 'deep/er'), { recursive: true });
    const { shown, stderr } = await shellSession(world, shell, [
      'show before',
      'cd project',
      'show inside',
      'cd deep/er',
      'show below',
      'cd ../../..',
      'show after',
    ]);
    const { before } = shown;
    expect(before).toMatchObject({ odd: 'unset' });
    expect(shown['inside']).toMatchObject({ odd: ODD, path: `${await toolFolder(world)}:${before?.path ?? ''}` });
    expect(shown['below']).toEqual(shown['inside']);
    expect(shown['after']).toEqual(before);
    expect(stderr).not.toContain('fettle');
  });

  test('follows when a sync changes the environment, and finds back from there', async () => {
    await using world = await synced('first');
    await world.write('../second.lua', toolRecipe('second'));
    const { shown } = await shellSession(world, shell, [
      'show before',
      'cd project',
      'show first',
      'cp ../second.lua recipes/local.tool@v1.lua',
      'sync',
      'show second',
      'cd ..',
      'show after',
    ]);
    expect(shown['first']?.odd).toBe('first');
    expect(shown['second']).toEqual({ status: '0', odd: 'second', path: expect.any(String) });
    expect(shown['second']?.path).toBe(`${await toolFolder(world)}:${shown['before']?.path ?? ''}`);
    expect(shown['after']).toEqual(shown['before']);
  });

  test('runs nothing while nothing changes', async () => {
    await using world = await synced();
    for (const folder of ['below', 'project/below']) await mkdir(join(world.root, folder));
    const { hook, runs } = await countingHook(world, shell);
    const still = ['show one', 'cd below', 'show two', 'cd ..', 'show three'];
    await shellSession(world, shell, [...still, 'cd project', ...still, 'cd ..', ...still], { hook });
    expect(await runs()).toBe(2);
  });

  test('gives an inner project its own environment, and the outer one its own again', async () => {
    await using world = await synced('outer');
    await writeProject(world, 'inner', 'inner/');
    await world.fettle(['sync'], { cwd: join(world.project, 'inner') });
    const { shown } = await shellSession(world, shell, [
      'show before',
      'cd project',
      'cd inner',
      'show inner',
      'cd ..',
      'show outer',
      'cd ..',
      'show after',
    ]);
    expect([shown['inner']?.odd, shown['outer']?.odd]).toEqual(['inner', 'outer']);
    expect(shown['outer']?.path).toBe(`${await toolFolder(world)}:${shown['before']?.path ?? ''}`);
    expect(shown['after']).toEqual(shown['before']);
  });

  test('ends the search for a project where the command line does', async () => {
    await using world = await synced();
    await mkdir(join(world.project, 'vendored/.git'), { recursive: true });
    await mkdir(join(world.project, 'submodule/below'), { recursive: true });
    await world.write('submodule/.git', 'gitdir: elsewhere\n');
    const { shown } = await shellSession(world, shell, [
      'cd project/vendored',
      'show repository',
      'cd ../submodule/below',
      'show submodule',
    ]);
    expect([shown['repository']?.odd, shown['submodule']?.odd]).toEqual(['unset', ODD]);
  });

  test('activates for a link into a project, as the command line does', async () => {
    await using world = await synced();
    await mkdir(join(world.project, 'below'));
    await symlink(join(world.project, 'below'), join(world.root, 'link'));
    const { hook, runs } = await countingHook(world, shell);
    const { shown } = await shellSession(world, shell, ['cd link', 'show linked', 'show again'], { hook });
    expect(shown['linked']?.odd).toBe(ODD);
    expect(await runs()).toBe(1);
  });

  test('leaves a child shell the environment, which the child restores by itself', async () => {
    await using world = await synced();
    const { hook, runs } = await countingHook(world, shell);
    const script = sessionText(shell, ['show child', 'cd ..', 'show left'], hook);
    const child = await world.write('../child', script);
    const lines = ['show before', 'cd project', `${DRIVEN_SHELLS[shell].argv.join(' ')} < '${child}'`, 'show parent'];
    const { shown } = await shellSession(world, shell, lines, { hook });
    expect(shown['child']?.odd).toBe(ODD);
    expect(shown['left']).toEqual(shown['before']);
    expect(shown['parent']).toEqual({ ...shown['child'], status: '0' });
    expect(await runs()).toBe(2);
  });

  test('keeps what is put on PATH meanwhile', async () => {
    await using world = await synced();
    const add = shell === 'fish' ? 'set -gx PATH /mine $PATH /last' : 'PATH=/mine:$PATH:/last';
    const { shown } = await shellSession(world, shell, ['show before', 'cd project', add, 'cd ..', 'show after']);
    expect(shown['after']?.path).toBe(`/mine:${shown['before']?.path ?? ''}:/last`);
  });

  test('keeps the exit status', async () => {
    await using world = await synced();
    const { shown } = await shellSession(world, shell, ['cd project', 'sh -c "exit 42"', 'show failed']);
    // The driver shows its prompts by a command.
    if (shell !== 'fish') expect(shown['failed']?.status).toBe('42');
    expect(shown['failed']?.odd).toBe(ODD);
  });

  test('changes nothing in a foreign folder, and says so once', async () => {
    await using world = await synced();
    const hostile = join(world.root, 'hostile');
    await cp(world.project, hostile, { recursive: true });
    const record = join(hostile, '.fettle/environment.json');
    const text = await readFile(record, 'utf8');
    await writeFile(record, text.replaceAll(world.project, hostile));
    const lines = ['show before', 'cd hostile', 'show inside', 'cd ..', 'cd hostile', 'show again', 'cd ../project'];
    const { shown, stderr } = await shellSession(world, shell, [...lines, 'show own']);
    expect(shown['inside']).toEqual({ ...shown['before'], status: '0' });
    expect(shown['again']).toEqual(shown['inside']);
    expect(shown['own']?.odd).toBe(ODD);
    const [, ...told] = stderr.split('fettle: ');
    expect(told).toEqual([
      expect.stringContaining(
        `"${hostile}" is not activated: its environment is not that of a sync of yours; run "fettle`,
      ),
    ]);
  });

  test('does not activate a record that somebody has changed, and leaves what was active', async () => {
    await using world = await synced();
    const record = join(world.project, '.fettle/environment.json');
    const text = (await readFile(record, 'utf8')).replace('"ODD": "', '"ODD": "forged ');
    await world.write('../forged', text);
    const { shown, stderr } = await shellSession(world, shell, [
      'show before',
      'cd project',
      `cp ../forged '${record}'`,
      'echo 0123456789abcdef > .fettle/generation',
      'show forged',
    ]);
    expect(shown['forged']).toEqual({ ...shown['before'], status: '0' });
    expect(stderr).toContain('is not activated');
  });

  test('leaves a project whose record is damaged, and activates it again after a sync', async () => {
    await using world = await synced();
    const { shown, stderr } = await shellSession(world, shell, [
      'cd project',
      'echo broken > .fettle/environment.json; echo broken > .fettle/generation',
      'show damaged',
      'sync',
      'show mended',
    ]);
    expect([shown['damaged']?.odd, shown['mended']?.odd]).toEqual(['unset', ODD]);
    expect(stderr).toContain('damaged');
  });

  test('is not held up by a generation that is no file', async () => {
    await using world = await synced();
    const { shown } = await shellSession(world, shell, [
      'cd project',
      'rm .fettle/generation; mkfifo .fettle/generation',
      'show pipe',
      'rm .fettle/generation; mkdir .fettle/generation',
      'show folder',
      'cd ..',
      'show after',
    ]);
    expect([shown['pipe']?.odd, shown['folder']?.odd, shown['after']?.odd]).toEqual([ODD, ODD, 'unset']);
  });

  test('runs once in a project that has never been synced, and leaves an outer one there', async () => {
    await using world = await synced();
    for (const folder of ['new', 'new/.fettle']) await mkdir(join(world.project, folder));
    await world.write('new/fettle.lua', 'packages = {}');
    const { hook, runs } = await countingHook(world, shell);
    const lines = ['cd project', 'cd new', 'show new', 'show still', 'cd ../..', 'show after'];
    const { shown, stderr } = await shellSession(world, shell, lines, { hook });
    expect([shown['new']?.odd, shown['after']?.odd]).toEqual(['unset', 'unset']);
    expect(await runs()).toBe(2);
    expect(stderr).not.toContain('fettle: ');
  });

  test('works in a folder with a name that shells might misread', async () => {
    await using world = await synced();
    const odd = join(world.root, `it's $HOME "odd" \\ é *`);
    await rename(world.project, odd);
    await world.fettle(['sync'], { cwd: odd });
    expect(await realpath(odd)).toBe(odd);
    const { shown } = await shellSession(world, shell, ['cd it*', 'show inside', 'show still', 'cd ..', 'show after']);
    expect([shown['inside']?.odd, shown['still']?.odd, shown['after']?.odd]).toEqual([ODD, ODD, 'unset']);
  });

  test('does nothing in a shell that "fettle shell" has started', async () => {
    await using world = await synced();
    const { shown } = await shellSession(world, shell, ['show outside', 'cd project', 'show inside'], {
      env: { FETTLE_SHELL_PROJECT: '/elsewhere' },
    });
    expect(shown['inside']).toEqual(shown['outside']);
  });

  test('can be taken twice', async () => {
    await using world = await synced();
    const again = DRIVEN_SHELLS[shell].evaluate(`env "$NODE" "$FETTLE" hook ${shell}`);
    const { shown } = await shellSession(world, shell, [again, 'cd project', 'show inside', 'cd ..', 'show after']);
    expect([shown['inside']?.odd, shown['after']?.odd]).toEqual([ODD, 'unset']);
  });
});

describe('the hook of bash', () => {
  test('joins a PROMPT_COMMAND that is an array', async () => {
    await using world = await synced();
    const { shown, stdout } = await shellSession(
      world,
      'bash',
      ['PROMPT_COMMAND=("echo mine")', '"$NODE" "$FETTLE" hook bash > hook; . ./hook', 'cd project', 'show inside'],
      { hook: 'true' },
    );
    expect(shown['inside']?.odd).toBe(ODD);
    expect(stdout).toContain('mine\n');
  });

  test('joins a PROMPT_COMMAND that is text, which still sees the exit status', async () => {
    await using world = await synced();
    const { shown, stdout } = await shellSession(
      world,
      'bash',
      [
        'PROMPT_COMMAND=\'echo "status $?"\'',
        '"$NODE" "$FETTLE" hook bash > hook; . ./hook',
        'cd project',
        '(exit 42)',
        'show inside',
      ],
      { hook: 'true' },
    );
    expect(shown['inside']).toMatchObject({ odd: ODD, status: '42' });
    expect(stdout).toContain('status 42\n');
  });
});

describe.each(['bash', 'zsh'] as const)('the hook of a strict %s', (shell) => {
  testWith(shell)('ends no shell with -u and -e', async () => {
    await using world = await synced();
    const { shown, exitCode } = await shellSession(world, shell, [
      'set -eu',
      'cd project',
      '! true',
      'show inside',
      'cd ..',
      'show after',
      'exit 9',
    ]);
    expect([shown['inside']?.odd, shown['after']?.odd, exitCode]).toEqual([ODD, 'unset', 9]);
  });
});

test('a hook for another shell is a usage error that lists the known ones', async () => {
  await using world = await World.create();
  const { exitCode, stderr } = await world.fettle(['hook', 'tcsh']);
  expect(exitCode).toBe(2);
  expect(stderr).toContain('Allowed choices are bash, zsh, fish, powershell.');
});

test('the command that hooks run is not in the help', async () => {
  await using world = await World.create();
  expect((await world.fettle(['--help'])).stdout).not.toContain('hook-env');
});
