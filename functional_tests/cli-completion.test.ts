import { describe, expect, test } from '@jest/globals';
import { chmod } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { environmentOf, hasProgram, runShell, testWith, titleFor, World } from './support/index.js';

/** What a shell would misread, and what bash takes for the end of a word. */
const GREETING = `it's "odd" $HOME \`x\`: a@b=c`;
const ODD = `local.odd@v1{greeting="it's \\"odd\\" $HOME \`x\`: a@b=c"}`;

/** A project with two variants of a package, one of them odd, a third package, and a program. */
async function completionWorld(): Promise<World> {
  const world = await World.create();
  await world.recipe('local.odd@v1', 'options = { greeting = { type = "string" } }\ninstall = "touch x"');
  await world.recipe(
    'local.kit@v2',
    `install = "mkdir bin; echo '#!/bin/sh' > bin/my-tool; chmod +x bin/my-tool"
     products = { ["my-product"] = "bin/my-tool" }
     function deploy(ctx) ctx.prepend_path(ctx.install_dir .. "/bin") end`,
  );
  const odd = (greeting: string) => `{ recipe = "local.odd@v1", options = { greeting = [==[${greeting}]==] } }`;
  await world.manifest(`packages = { ${odd(GREETING)}, ${odd('plain')}, "local.kit@v2" }`);
  const { exitCode, stderr } = await world.fettle(['sync'], { isTraced: false });
  if (exitCode !== 0) throw new Error(stderr);
  return world;
}

/** A `fettle` on PATH that answers the scripts, and shows what else it was given. */
async function withStandIn(world: World): Promise<Record<string, string>> {
  const file = await world.write(
    '../bin/fettle',
    [
      '#!/bin/sh',
      'for word; do if [ "$word" = complete-names ]; then exec "$NODE" "$FETTLE" "$@"; fi; done',
      `printf 'given'; printf '<%s>' "$@"; printf '\\n'`,
    ].join('\n'),
  );
  await chmod(file, 0o755);
  const environment = environmentOf(world, { FETTLE_CACHE_ROOT: world.cache });
  return { ...environment, PATH: [join(world.root, 'bin'), environment['PATH']].join(delimiter) };
}

async function scriptOf(world: World, shell: string): Promise<string> {
  const { exitCode, stdout, stderr } = await world.fettle(['completion', shell], { isTraced: false });
  expect([exitCode, stderr]).toEqual([0, '']);
  return world.write(`../completion.${shell}`, stdout);
}

/** How a shell is set up to read keys from a terminal; `script` (util-linux) makes the terminal. */
const AT_A_TERMINAL = {
  bash: { command: 'bash --noprofile --norc -i', prelude: 'PS1= PS2=' },
  zsh: { command: 'zsh -f -i', prelude: 'PS1= PS2=; autoload -U compinit; compinit -u -D' },
} as const;

type TypedShell = keyof typeof AT_A_TERMINAL;

/** Types lines, in which a tab asks for completion. @returns what fettle was given in each */
async function typed(world: World, shell: TypedShell, lines: readonly string[]): Promise<readonly string[]> {
  const { command, prelude } = AT_A_TERMINAL[shell];
  const script = await scriptOf(world, shell);
  const input = [prelude, `source '${script}'`, ...lines, 'exit', ''].join('\n');
  // A quote that stays open would swallow the end.
  const { stdout } = await runShell(world, ['timeout', '60', 'script', '-qec', command, '/dev/null'], {
    cwd: world.project,
    env: await withStandIn(world),
    input,
  });
  return [...stdout.matchAll(/^given(<.*>)\r?$/gm)].map(([, given = '']) => given);
}

const TYPED: readonly (readonly [string, string])[] = [
  ['fettle expl\tE_CHECKS\t', '<explain><E_CHECKSUM>'],
  ['fettle cache ver\t--repa\t', '<cache><verify><--repair>'],
  ['fettle cache gc --max\t1G --dry\t', '<cache><gc><--max-size><1G><--dry-run>'],
  ['fettle sync --reporter js\t', '<sync><--reporter><json>'],
  ['fettle sync --reporter=js\t', '<sync><--reporter=json>'],
  ['fettle sync --offl\t', '<sync><--offline>'],
  ['fettle hook zs\t', '<hook><zsh>'],
  ['fettle help compl\t', '<help><completion>'],
  ['fettle why ki\t', '<why><kit>'],
  ['fettle why local.k\t', '<why><local.kit@v2>'],
  ['fettle why local.kit@\t', '<why><local.kit@v2>'],
  [String.raw`fettle why local.odd@v1\{greeting=\"i` + '\t', `<why><${ODD}>`],
  [`fettle why 'local.odd@v1{greeting="i\t`, `<why><${ODD}>`],
  [String.raw`fettle why "local.odd@v1{greeting=\"i` + '\t', `<why><${ODD}>`],
  ['fettle why local.odd\tp\t', '<why><local.odd@v1{greeting="plain"}>'],
  ['fettle product my-p\t', '<product><my-product>'],
  ['fettle add cma\t', '<add><cmake>'],
  ['fettle run -- my-t\t', '<run><--><my-tool>'],
  ['fettle run my-tool rec\tlocal.k\t', '<run><my-tool><recipes/local.kit@v2.lua>'],
  ['fettle hash recipes/local.k\t', '<hash><recipes/local.kit@v2.lua>'],
  ['fettle -C recip\tx cache di\t', '<-C><recipes/x><cache><dir>'],
];

describe.each(
  (Object.keys(AT_A_TERMINAL) as TypedShell[]).map((shell) => ({
    shell,
    title: titleFor(titleFor('completion in', shell), 'script'),
  })),
)('$title', ({ shell }) => {
  const test = hasProgram('script') ? testWith(shell) : testWith('script');

  test('leads to the words that were meant, quoted as the shell needs it', async () => {
    await using world = await completionWorld();
    const given = await typed(
      world,
      shell,
      TYPED.map(([line]) => line),
    );
    expect(given).toEqual(TYPED.map(([, words]) => words));
  });

  test('asks about the project that -C names', async () => {
    await using world = await completionWorld();
    const given = await typed(world, shell, ['cd /', `fettle -C ${world.project} why ki\t`]);
    expect(given).toEqual([`<-C><${world.project}><why><kit>`]);
  });
});

describe(titleFor('completion in', 'fish'), () => {
  const test = testWith('fish');

  async function offered(world: World, line: string): Promise<readonly string[]> {
    const script = await scriptOf(world, 'fish');
    const { stdout, stderr } = await runShell(
      world,
      ['fish', '--no-config', '-c', 'source $argv[1]; complete -C $argv[2]', script, line],
      {
        cwd: world.project,
        env: await withStandIn(world),
        input: '',
      },
    );
    expect(stderr).toBe('');
    return stdout.split('\n').filter((each) => each !== '');
  }

  test.each([
    ['fettle expl', ['explain\ttell what an error code means and what to do']],
    ['fettle explain E_CHECKS', ['E_CHECKSUM']],
    ['fettle cache verify --repa', ['--repair\tmove broken entries away, so that the next run builds them again']],
    ['fettle sync --reporter js', ['json']],
    ['fettle sync --reporter=js', ['--reporter=json']],
    ['fettle why ki', ['kit']],
    ['fettle why local.', [ODD, 'local.kit@v2', 'local.odd@v1{greeting="plain"}']],
    ['fettle product my-p', ['my-product']],
    ['fettle add cma', ['cmake']],
    ['fettle run -- my-t', ['my-tool']],
    ['fettle hash recipes/local.k', ['recipes/local.kit@v2.lua']],
    ['fettle -C recipes cache di', ['dir\tprint where the cache is']],
    ['fettle version extra', []],
  ])('%s', async (line, candidates) => {
    await using world = await completionWorld();
    const found = await offered(world, line);
    expect([...found].sort()).toEqual([...candidates].sort());
  });
});

describe('complete-names', () => {
  const namesIn = async (world: World, kind: string) => {
    const { exitCode, stdout, stderr } = await world.fettle(['complete-names', kind], { isTraced: false });
    expect([exitCode, stderr]).toEqual([0, '']);
    return stdout.split('\n').slice(0, -1);
  };

  test('knows packages, products and programs of the last sync', async () => {
    await using world = await completionWorld();
    expect(await namesIn(world, 'packages')).toEqual([ODD, 'local.odd@v1{greeting="plain"}', 'kit', 'local.kit@v2']);
    expect(await namesIn(world, 'products')).toEqual(['my-product']);
    expect(await namesIn(world, 'programs')).toEqual(expect.arrayContaining(['my-tool']));
    expect(await namesIn(world, 'recipes')).toEqual(expect.arrayContaining(['cmake', 'kit', 'odd']));
  });

  test('knows what was added since, without running the manifest', async () => {
    await using world = await completionWorld();
    await world.manifest('packages = { "local.new@v1" }\nerror("the manifest was run")');
    expect(await namesIn(world, 'packages')).toEqual(expect.arrayContaining(['new', 'local.new@v1', 'kit']));
  });

  test.each(['packages', 'products', 'programs'])('has no %s outside of projects, and says nothing', async (kind) => {
    await using world = await World.create();
    expect(await namesIn(world, kind)).toEqual([]);
  });

  test('says nothing of a damaged record', async () => {
    await using world = await completionWorld();
    await world.write('.fettle/environment.json', '{');
    expect(await namesIn(world, 'packages')).toEqual(['local.odd@v1', 'kit', 'local.kit@v2']);
  });
});

test('completion of an unknown shell is a usage error', async () => {
  await using world = await World.create();
  const { exitCode, stderr } = await world.fettle(['completion', 'tcsh'], { isTraced: false });
  expect([exitCode, stderr]).toEqual([2, expect.stringContaining('Allowed choices are bash, zsh, fish, powershell.')]);
});
