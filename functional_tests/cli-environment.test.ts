import { describe, expect, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { chmod, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { World } from './support/index.js';

const ODD = `it's "odd" $HOME \`x\` \\ & ; é`;

/** A synced project with a program on PATH and variables that shells might misread. */
async function synced(): Promise<World> {
  const world = await World.create();
  await world.recipe(
    'local.tool@v1',
    `install = [[mkdir bin; printf '#!/bin/sh\\necho tool; for each; do echo "<$each>"; done\\nexit 7\\n' > bin/tool; chmod +x bin/tool]]
     function deploy(ctx)
       ctx.prepend_path(ctx.install_dir .. "/bin")
       ctx.set_env("ODD", [==[${ODD}]==])
       ctx.set_env("LINES", "one\\ntwo")
     end`,
  );
  await world.manifest('packages = { "local.tool@v1" }');
  const { exitCode, stderr } = await world.fettle(['sync']);
  if (exitCode !== 0) throw new Error(stderr);
  return world;
}

async function binFolder(world: World): Promise<string> {
  return join((await world.fettle(['asset', 'tool'])).stdout.trimEnd(), 'bin');
}

/** What a shell knows after it has evaluated the text: PATH's first folder, and the variables. */
function evaluated(shell: string, text: string): string {
  const script = `${text}\n${text}\nprintf '%s\\n' "\${PATH%%:*}" "$ODD" "$LINES" "$FETTLE_PROJECT_DIR"; tool >/dev/null; echo $?; echo "$PATH" | tr : '\\n' | sort | uniq -d`;
  return execFileSync(shell, ['-c', script], {
    encoding: 'utf8',
    env: { PATH: '/usr/bin:/bin', HOME: '/nonexistent' },
  });
}

describe('env', () => {
  test.each([
    ['bash', 'bash'],
    ['sh', 'sh'],
    ['zsh', 'bash'],
  ])('for %s is code that a real shell evaluates, any number of times', async (format, shell) => {
    await using world = await synced();
    const { stdout, exitCode } = await world.fettle(['env', '--shell', format]);
    expect(exitCode).toBe(0);
    expect(evaluated(shell, stdout)).toBe(
      [await binFolder(world), ODD, 'one', 'two', world.project, '7', ''].join('\n'),
    );
  });

  test('for json holds the final values', async () => {
    await using world = await synced();
    const { stdout } = await world.fettle(['env', '--shell', 'json'], { env: { PATH: '/usr/bin:/bin' } });
    expect(JSON.parse(stdout)).toEqual({
      ODD,
      LINES: 'one\ntwo',
      FETTLE_PROJECT_DIR: world.project,
      PATH: `${await binFolder(world)}:/usr/bin:/bin`,
    });
  });

  test('for dotenv quotes what a shell would misread', async () => {
    await using world = await synced();
    const { stdout } = await world.fettle(['env', '--shell', 'dotenv']);
    const read = execFileSync('sh', ['-c', `set -a\n${stdout}\nprintf %s "$ODD|$LINES"`], { encoding: 'utf8' });
    expect(read).toBe(`${ODD}|one\ntwo`);
  });

  test('for fish and powershell quotes by their own rules', async () => {
    await using world = await synced();
    const fish = await world.fettle(['env', '--shell', 'fish']);
    expect(fish.stdout).toContain(`set -gx ODD 'it\\'s "odd" $HOME \`x\` \\\\ & ; é'\n`);
    const powershell = await world.fettle(['env', '--shell', 'powershell']);
    expect(powershell.stdout).toContain(`$env:ODD = 'it''s "odd" $HOME \`x\` \\ & ; é'\n`);
  });

  test('for github goes to the files that the runner names, else to stdout', async () => {
    await using world = await synced();
    const [GITHUB_PATH, GITHUB_ENV] = [await world.write('path', 'before\n'), await world.write('env', '')];
    const onRunner = await world.fettle(['env', '--shell', 'github'], { env: { GITHUB_PATH, GITHUB_ENV } });
    expect([onRunner.exitCode, onRunner.stdout]).toEqual([0, '']);
    expect(await world.read('path')).toBe(`before\n${await binFolder(world)}\n`);
    expect(await world.read('env')).toMatch(/^LINES<<(\w+)\none\ntwo\n\1$/m);
    const elsewhere = await world.fettle(['env', '--shell', 'github']);
    expect(elsewhere.stdout).toContain('ODD<<');
  });

  test('without a format follows SHELL', async () => {
    await using world = await synced();
    const { stdout } = await world.fettle(['env'], { env: { SHELL: '/usr/bin/fish' } });
    expect(stdout).toContain('set -gx ODD ');
  });

  test('for an unknown shell is a usage error that lists the known ones', async () => {
    await using world = await World.create();
    const { exitCode, stdout, stderr } = await world.fettle(['env', '--shell', 'tcsh']);
    expect([exitCode, stdout]).toEqual([2, '']);
    expect(stderr).toContain('Allowed choices are bash, zsh, sh, fish, powershell, json, dotenv, github.');
  });
});

describe('run', () => {
  test('passes arguments as they are, and the exit code on', async () => {
    await using world = await synced();
    const args = ['a b', '', '--', '-v', '--json', "it's", '$HOME', '*'];
    const { exitCode, stdout, stderr } = await world.fettle(['run', '--', 'tool', ...args]);
    expect(exitCode).toBe(7);
    expect(stdout).toBe(`tool\n${args.map((each) => `<${each}>\n`).join('')}`);
    expect(stderr).toBe('');
  });

  test('needs no -- as long as the options are behind the program', async () => {
    await using world = await synced();
    expect((await world.fettle(['run', 'tool', '-x', '--', '--help'])).stdout).toBe('tool\n<-x>\n<-->\n<--help>\n');
  });

  test('passes input on, and sets the variables', async () => {
    await using world = await synced();
    const { stdout } = await world.fettle(['run', 'sh', '-c', 'cat; printf "%s" "$ODD"'], { input: 'input\n' });
    expect(stdout).toBe(`input\n${ODD}`);
  });

  test('works in the current folder, also below the project', async () => {
    await using world = await synced();
    const cwd = join(world.project, 'deep', 'er');
    await mkdir(cwd, { recursive: true });
    expect((await world.fettle(['run', 'pwd'], { cwd })).stdout).toBe(`${cwd}\n`);
    expect((await world.fettle(['-C', 'deep', 'run', 'pwd'])).stdout).toBe(`${join(world.project, 'deep')}\n`);
  });

  test('tells a signal that ended the program as shells do', async () => {
    await using world = await synced();
    expect((await world.fettle(['run', 'sh', '-c', 'kill -9 $$'])).exitCode).toBe(137);
  });

  test('hands signals on to the program, which decides', async () => {
    await using world = await synced();
    const gate = world.gate('ready');
    const script = `trap 'echo caught; kill $!; exit 5' TERM; ${gate.command} >/dev/null 2>&1 & wait; exit 1`;
    const command = await world.start(['run', 'sh', '-c', script]);
    await gate.arrived();
    command.kill('SIGTERM');
    const { exitCode, stdout } = await command.result;
    expect([exitCode, stdout]).toEqual([5, 'caught\n']);
  });

  test('of what is not there names the nearest program', async () => {
    await using world = await synced();
    const { exitCode, stderr } = await world.fettle(['run', 'tol']);
    expect(exitCode).toBe(2);
    expect(stderr).toContain('E_COMMAND_NOT_FOUND');
    expect(stderr).toContain('Did you mean "tool"?');
  });

  test('of a file that is no program says so', async () => {
    await using world = await synced();
    await world.write('notes.txt', 'x');
    await chmod(join(world.project, 'notes.txt'), 0o644);
    const { exitCode, stderr } = await world.fettle(['run', './notes.txt']);
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining('is not an executable file')]);
  });
});

describe('the environment of a project', () => {
  test.each([['env'], ['run', 'true']])('is there only after a sync: %s', async (...args) => {
    await using world = await World.create();
    await world.manifest('packages = {}');
    const { exitCode, stdout, stderr } = await world.fettle(args);
    expect([exitCode, stdout]).toEqual([2, '']);
    expect(stderr).toContain('E_NOT_SYNCED');
    expect(stderr).toContain('hint: Run "fettle sync" first.');
  });

  test('that is older than the manifest is used with a warning', async () => {
    await using world = await synced();
    await world.manifest('packages = { "local.tool@v1" } -- edited');
    const { exitCode, stderr } = await world.fettle(['run', 'true']);
    expect(exitCode).toBe(0);
    expect(stderr).toContain('is not what the last complete sync used; run "fettle sync"');
    await world.fettle(['sync']);
    expect((await world.fettle(['run', 'true'])).stderr).toBe('');
  });

  test('that is damaged is refused, and a sync mends it', async () => {
    await using world = await synced();
    await world.write('.fettle/environment.json', '{"version":1,');
    expect((await world.fettle(['env'])).exitCode).toBe(2);
    await world.fettle(['sync']);
    expect((await world.fettle(['env'])).exitCode).toBe(0);
  });
});
