import { describe, expect, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { chmod, mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { environmentOf, runShell, testWith, titleFor, World } from './support/index.js';

/** What shells, each in its own way, might misread. */
const VALUES = {
  SPACES: '  a  b ',
  QUOTES: `it's "odd" ‘typographic’ “quotes”`,
  SEVERAL_LINES: 'one\ntwo\n\nthree',
  DOLLARS: '$HOME ${PATH} $(id) `id` %PATH% $$',
  BACKSLASHES: '\\ \\\\ \\n \\$ C:\\kit\\',
  OTHERS: 'é 日本 🎉 * ? [a] ~ # ! & ; | < > ( ) {a,b} =',
  EMPTY: '',
};

/** A synced project with all these variables and the program `tool`, which ends with 7. */
async function synced(): Promise<World> {
  const world = await World.create();
  const settings = Object.entries(VALUES).map(([name, value]) => `ctx.set_env("${name}", [==[\n${value}]==])`);
  await world.recipe(
    'local.tool@v1',
    `install = "mkdir bin; printf '#!/bin/sh\\necho the tool; exit 7\\n' > bin/tool; chmod +x bin/tool"
     function deploy(ctx) ctx.prepend_path(ctx.install_dir .. "/bin") ${settings.join(' ')} end`,
  );
  await world.manifest('packages = { "local.tool@v1" }');
  const { exitCode, stderr } = await world.fettle(['sync']);
  if (exitCode !== 0) throw new Error(stderr);
  return world;
}

/** Prints the variables as programs see them. */
const PRINT = `process.stdout.write(JSON.stringify(Object.fromEntries(${JSON.stringify(Object.keys(VALUES))}.map((name) => [name, process.env[name]]))))`;

const EVALUATIONS = [
  { format: 'bash', shell: ['bash', '--norc', '-c'], code: 'eval "$(cat "$CODE")"' },
  { format: 'zsh', shell: ['zsh', '-f', '-c'], code: 'eval "$(cat "$CODE")"' },
  { format: 'sh', shell: ['sh', '-c'], code: 'eval "$(cat "$CODE")"' },
  { format: 'fish', shell: ['fish', '--no-config', '-c'], code: 'cat $CODE | source' },
  {
    format: 'powershell',
    shell: ['pwsh', '-NoProfile', '-Command'],
    code: 'Get-Content -Raw $env:CODE | Invoke-Expression',
    run: '& $env:NODE -e $env:PRINT; tool',
  },
] as const;

describe.each(EVALUATIONS.map((each) => ({ ...each, title: titleFor('code of "fettle env" for', each.shell[0]) })))(
  '$title',
  ({ format, shell: [program, ...args], code, ...others }) => {
    testWith(program)('gives programs every value exactly, and finds the tools', async () => {
      await using world = await synced();
      const { stdout } = await world.fettle(['env', '--shell', format]);
      const CODE = await world.write('../code', stdout);
      const run = 'run' in others ? others.run : 'env "$NODE" -e "$PRINT"; tool';
      const env = environmentOf(world, { CODE, PRINT });
      const printed = await runShell(world, [program, ...args, `${code}\n${code}\n${run}`], {
        cwd: '/',
        env,
        input: '',
      });
      expect(printed.stderr).toBe('');
      const [json = '', tool] = printed.stdout.split(/(?<=\})(?=the tool)/);
      // PowerShell cannot tell an empty variable from none.
      expect(JSON.parse(json)).toEqual(format === 'powershell' ? { ...VALUES, EMPTY: undefined } : VALUES);
      expect(tool).toBe('the tool\n');
      expect(printed.exitCode).toBe(7);
    });
  },
);

test('dotenv is read by Node as it was written', async () => {
  await using world = await synced();
  const { stdout } = await world.fettle(['env', '--shell', 'dotenv']);
  const file = await world.write('../dotenv', stdout);
  const printed = execFileSync(process.execPath, [`--env-file=${file}`, '-e', PRINT], { encoding: 'utf8', env: {} });
  // Node knows no way to write a value with both kinds of quotes.
  expect(JSON.parse(printed)).toEqual({ ...VALUES, QUOTES: expect.any(String) });
});

describe('fettle shell', () => {
  const START_UP = {
    bash: { file: '.bashrc', text: 'PATH=$SHADOW:$PATH; from_start_up() { echo start-up; }\n' },
    zsh: { file: '.zshrc', text: 'PATH=$SHADOW:$PATH; from_start_up() { echo start-up; }\n' },
    fish: {
      file: '.config/fish/config.fish',
      text: 'set -gx PATH $SHADOW $PATH\nfunction from_start_up; echo start-up; end\n',
    },
  };

  describe.each((['bash', 'zsh', 'fish'] as const).map((shell) => ({ shell, title: titleFor('with', shell) })))(
    '$title',
    ({ shell }) => {
      testWith(shell)(
        'has the project before what start-up files put before PATH, and passes the exit code on',
        async () => {
          await using world = await synced();
          await world.write(`../home/${START_UP[shell].file}`, START_UP[shell].text);
          const input = 'from_start_up\ntool\nexit 5\n';
          const { exitCode, stdout } = await fettleShell(world, ['--shell', shell], input);
          expect(stdout).toContain('start-up\n');
          expect(stdout).toContain('the tool\n');
          expect(exitCode).toBe(5);
          expect((await readdir(world.temporary)).filter((name) => name.startsWith('fettle-shell-'))).toEqual([]);
        },
      );

      testWith(shell)('has the variables and tells of itself', async () => {
        await using world = await synced();
        const input = `env "$NODE" -e "$PRINT"\necho; echo "in <$FETTLE_SHELL_PROJECT> <$ZDOTDIR>"\nexit 0\n`;
        const { stdout } = await fettleShell(world, ['--shell', shell], input);
        expect(stdout).toContain(JSON.stringify(VALUES));
        expect(stdout).toContain(`in <${world.project}> <>`);
      });
    },
  );

  testWith('zsh')('reads the start-up files from where ZDOTDIR says, and leaves it so', async () => {
    await using world = await synced();
    await world.write('../dots/.zshenv', 'from_env=yes\n');
    await world.write('../dots/.zshrc', 'from_rc=yes\n');
    const ZDOTDIR = join(world.root, 'dots');
    const input = 'echo "<$from_env> <$from_rc> <$ZDOTDIR>"\n';
    const { stdout } = await fettleShell(world, ['--shell', 'zsh'], input, { ZDOTDIR });
    expect(stdout).toContain(`<yes> <yes> <${ZDOTDIR}>`);
  });

  test('is the shell that SHELL names', async () => {
    await using world = await synced();
    const shell = await world.write('../own-shell', '#!/bin/sh\necho "own $#"; tool\n');
    await chmod(shell, 0o755);
    const { stdout, exitCode } = await fettleShell(world, [], '', { SHELL: shell });
    expect([stdout, exitCode]).toEqual(['own 0\nthe tool\n', 7]);
  });

  test('of another project has none of the one that is active', async () => {
    await using world = await synced();
    await world.write('other/fettle.lua', 'packages = {}');
    const other = join(world.project, 'other');
    await world.fettle(['sync'], { cwd: other });
    const { stdout: entered } = await world.fettle(['hook-env', 'bash']);
    await world.write('inner', 'echo "<$SPACES> <$FETTLE_ACTIVE> <$FETTLE_PROJECT_DIR>"\n');
    const { stdout } = await runShell(world, ['bash', '--norc'], {
      cwd: world.project,
      env: environmentOf(world),
      input: `${entered}\ncd other; "$NODE" "$FETTLE" shell --shell sh < ../inner\n`,
    });
    expect(stdout).toBe(`<> <> <${other}>\n`);
  });

  test('inside of itself is refused, and in another project it is not', async () => {
    await using world = await synced();
    const nested = await world.fettle(['shell'], { env: { FETTLE_SHELL_PROJECT: world.project } });
    expect([nested.exitCode, nested.stdout]).toEqual([2, '']);
    expect(nested.stderr).toContain('this is a shell of the project already');
    const elsewhere = await world.fettle(['shell', '--shell', 'sh'], { env: { FETTLE_SHELL_PROJECT: world.home } });
    expect(elsewhere.exitCode).toBe(0);
  });

  test('before a sync, and of a shell that is not there, says so', async () => {
    await using world = await World.create();
    await world.manifest('packages = {}');
    expect((await world.fettle(['shell'])).stderr).toContain('E_NOT_SYNCED');
    await world.fettle(['sync']);
    const { exitCode, stderr } = await world.fettle(['shell', '--shell', 'no-such-shell']);
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining('E_COMMAND_NOT_FOUND')]);
  });

  test('hands signals on to the shell', async () => {
    await using world = await synced();
    const gate = world.gate('ready');
    const input = `trap 'echo caught; kill $!; exit 5' HUP\n${gate.command} >/dev/null 2>&1 & wait\n`;
    const command = await world.start(['shell', '--shell', 'sh'], { input });
    await gate.arrived();
    command.kill('SIGHUP');
    const { exitCode, stdout } = await command.result;
    expect([exitCode, stdout]).toEqual([5, 'caught\n']);
  });
});

describe(titleFor('the snippet for', 'direnv'), () => {
  testWith('direnv')('activates a project, and follows a sync', async () => {
    await using world = await synced();
    await mkdir(join(world.home, '.config/direnv'), { recursive: true });
    await world.write(
      '../home/.config/direnv/direnvrc',
      'use_fettle() {\n  watch_file fettle.lua .fettle/environment.json\n  eval "$($NODE $FETTLE env --shell bash)"\n}\n',
    );
    await world.write('.envrc', 'use fettle\n');
    const env = environmentOf(world, { PRINT });
    const run = (input: string) => runShell(world, ['bash', '--norc'], { cwd: world.project, env, input });
    const { stdout } = await run('direnv allow\ndirenv exec . env "$NODE" -e "$PRINT"\n');
    expect(JSON.parse(stdout)).toEqual(VALUES);
  });
});

/** `fettle shell` on input, as if typed. */
function fettleShell(world: World, args: readonly string[], input: string, env: Record<string, string> = {}) {
  const all = environmentOf(world, { PS1: '', PRINT, ...env });
  const [node, fettle] = [all['NODE'] ?? '', all['FETTLE'] ?? ''];
  return runShell(world, [node, fettle, '-q', 'shell', ...args], { cwd: world.project, env: all, input });
}
