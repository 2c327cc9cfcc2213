import { describe, expect, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { mkdir, readdir } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { RunReport, World, type CommandOptions } from './support/index.js';

const A = 'local.a@v1';
const B = 'local.b@v1';
const SYNC = ['sync', '--json'];

/** A Makefile whose jobs stand at a gate. */
function makefile(world: World, gate: string, jobs: number): string {
  const names = Array.from({ length: jobs }, (_, index) => `job${index}`).join(' ');
  return `all: ${names}\n${names}:\n\t@${world.gate(gate).command}\n`;
}

/** Recipes that build with a Makefile each, whose gate has the name of the recipe. */
async function worldOf(recipes: Readonly<Record<string, string>>, jobs = 8): Promise<World> {
  const world = await World.create();
  const identities = Object.keys(recipes);
  await world.manifest(`packages = { ${identities.map((identity) => `"${identity}"`).join(', ')} }`);
  for (const [identity, lua] of Object.entries(recipes)) {
    await world.write(`recipes/${identity}.mk`, makefile(world, gateOf(identity), jobs));
    await world.recipe(identity, `fetch = "${identity}.mk"\n${lua}\ninstall = "touch made"\n`);
  }
  return world;
}

function gateOf(identity: string): string {
  return identity.slice('local.'.length, identity.indexOf('@'));
}

function makes(identity: string): string {
  return `build = "make -f ${identity}.mk"`;
}

/** Lets all jobs through one by one. @returns the most that ever stood at the gates */
async function letAllThrough(world: World, gates: readonly string[], jobs: number): Promise<number> {
  let most = 0;
  for (let passed = 0; passed < jobs * gates.length; passed += 1) {
    const standing = (): number => gates.reduce((sum, name) => sum + world.gate(name).arrivals, 0) - passed;
    await Promise.race(
      gates.map((name) => world.gate(name).arrived(world.gate(name).arrivals + (standing() > 0 ? 0 : 1))),
    );
    most = Math.max(most, standing());
    if (!gates.some((name) => world.gate(name).letOneThrough())) throw new Error('nobody stands at a gate');
  }
  return most;
}

describe('a run', () => {
  test('lets a make that is told no number use all cores', async () => {
    await using world = await worldOf({ [A]: makes(A) });
    const command = await world.start([...SYNC, '--jobs', '3']);
    await world.gate('a').arrived(3);
    expect(await letAllThrough(world, ['a'], 8)).toBe(3);
    expect((await command.result).exitCode).toBe(0);
    expect(await readdir(world.temporary)).toEqual([expect.stringMatching(/^events/)]);
  });

  test('never has more jobs than cores, however many builds there are', async () => {
    await using world = await worldOf({ [A]: makes(A), [B]: makes(B) }, 6);
    const command = await world.start([...SYNC, '--jobs', '3']);
    expect(await letAllThrough(world, ['a', 'b'], 6)).toBeLessThanOrEqual(3);
    expect((await command.result).exitCode).toBe(0);
  });

  test('begins a second build when a job of the first has ended, and lends it the cores when all have', async () => {
    await using world = await worldOf({ [A]: makes(A), [B]: makes(B) });
    const [a, b, fetched] = ['a', 'b', 'fetched'].map((name) => world.gate(name));
    if (!a || !b || !fetched) throw new Error('three gates were asked for');
    // It comes to its build when the first has all cores.
    const lateFetch = `fetch = function(ctx)\n ctx.run([[${fetched.command}]])\n return { "${B}.mk" }\nend`;
    await world.recipe(B, `${lateFetch}\n${makes(B)}\ninstall = "touch made"`);
    const command = await world.start([...SYNC, '--jobs', '3']);
    await Promise.all([fetched.arrived(), a.arrived(3)]);
    fetched.open();
    await command.waitFor(({ kind, phase, package: of }) => {
      return kind === 'phase:start' && phase === 'build' && of?.identity === B;
    });
    expect(b.arrivals).toBe(0);
    a.letOneThrough();
    await b.arrived(1);
    expect(a.arrivals).toBe(3);
    a.open();
    await b.arrived(3);
    expect(b.arrivals).toBe(3);
    b.open();
    expect((await command.result).exitCode).toBe(0);
  });

  test('has the cores back that a killed make held', async () => {
    await using world = await worldOf({ [A]: '' });
    const makeAll = `make -f ${A}.mk`;
    const killed = `${makeAll} & read -r _ < "$FETTLE_STAGE_DIR/die"; kill -KILL -$$`;
    await world.recipe(
      A,
      `fetch = "${A}.mk"
       function build(ctx)
         ctx.run("mkfifo die")
         local first = ctx.run([[${killed}]], { check = false })
         print("ended", first.signal)
         ctx.run("${makeAll}")
       end
       install = "touch made"`,
    );
    const command = await world.start([...SYNC, '--jobs', '4']);
    const gate = world.gate('a');
    await gate.arrived(4);
    const [folder = ''] = await entryFolders(world, A);
    execFileSync('sh', ['-c', 'echo now > "$0"/stage/die', folder]);
    await gate.vanished(4);
    await gate.arrived(8);
    expect(gate.arrivals).toBe(8);
    gate.open();
    const report = new RunReport(await command.result);
    expect([report.exitCode, report.printed]).toEqual([0, ['ended\tSIGKILL']]);
  });

  test.each([
    ['keeps its share', 'make -j$FETTLE_JOBS', {}, 4],
    ['has the jobs that it says', 'make -j2', {}, 2],
    ['is left alone with the flags that its recipe gives it', 'MAKEFLAGS=-j3 make', {}, 3],
    ['has one job without a jobserver', 'make', { FETTLE_JOBSERVER: 'off' }, 1],
  ])('a make with a number of its own %s', async (_name, make, env, jobs) => {
    await using world = await worldOf({ [A]: `build = "${make} -f ${A}.mk"` });
    const command = await world.start([...SYNC, '--jobs', '4'], { env });
    await world.gate('a').arrived(jobs);
    expect(await letAllThrough(world, ['a'], 8)).toBe(jobs);
    expect((await command.result).exitCode).toBe(0);
  });

  test('tells programs of it by variables that are no part of the key', async () => {
    await using world = await worldOf({
      [A]: `function build(ctx)
        print(ctx.run("echo $MFLAGS$GNUMAKEFLAGS$MAKEOVERRIDES$MAKEFLAGS").stdout, ctx.run("echo $MAKEFLAGS", { env = { MAKEFLAGS = "-k" } }).stdout)
      end`,
    });
    // What a make above was asked to do would decide what is built, though not the key.
    const env = { MAKEFLAGS: 'ns -j7 -- CC=gcc', MFLAGS: '-ns', GNUMAKEFLAGS: '-n', MAKEOVERRIDES: 'CC=gcc' };
    const first = new RunReport(await world.fettle([...SYNC, '--jobs', '2'], { env }));
    expect(first.printed).toEqual([
      expect.stringMatching(/^-j --jobserver-fds=3,4 --jobserver-auth=3,4 -- --jobserver-auth=fifo:\S+\n\t-k\n$/),
    ]);
    const second = new RunReport(await world.fettle([...SYNC, '--jobserver', 'off']));
    expect(second.package(A).status).toBe('cached');
  });

  test('serves a client that opens the fifo by its name, and gives back there', async () => {
    await using world = await worldOf({ [A]: '' });
    const take = `fifo=\${MAKEFLAGS##*fifo:}; exec 8<>"$fifo"; dd bs=1 count=2 <&8 2>/dev/null`;
    const script = `${take}; ${world.gate('taken').command}; printf ++ >&8; make -f ${A}.mk`;
    await world.recipe(A, `fetch = "${A}.mk"\nbuild = [[${script}]]\ninstall = "touch made"`);
    const command = await world.start([...SYNC, '--jobs', '3']);
    await world.gate('taken').arrived();
    world.gate('taken').open();
    await world.gate('a').arrived(3);
    expect(await letAllThrough(world, ['a'], 8)).toBe(3);
    expect((await command.result).exitCode).toBe(0);
  });
});

/** The folder that one attempt to build the package works in. */
async function entryFolders(world: World, identity: string): Promise<readonly string[]> {
  const folder = join(world.cache, 'assets', identity);
  return (await readdir(folder)).map((name) => join(folder, name));
}

describe('a run below a make', () => {
  const styles: readonly (readonly [string, string, string])[] = [
    ['fifo', 'exec 8<>"$0"', 'fifo:$0'],
    ['pipe', 'exec 8<>"$0" 5<"$0" 6>"$0"', '5,6'],
  ];

  test.each(process.platform === 'linux' ? styles : styles.slice(0, 1))(
    'takes tokens of its jobserver and brings the same back: %s',
    async (_style, open, auth) => {
      await using world = await worldOf({ [A]: makes(A) });
      const fifo = join(world.temporary, 'tokens');
      execFileSync('mkfifo', [fifo]);
      const script = `${open}; printf xyz >&8; MAKEFLAGS=" -j4 --jobserver-auth=${auth}" "$@"; dd bs=1 count=3 <&8 >&2 2>/dev/null`;
      const launcher = ['sh', '-c', script, fifo];
      const command = await world.start([...SYNC, '--jobs', '8'], { launcher });
      await world.gate('a').arrived(4);
      expect(await letAllThrough(world, ['a'], 8)).toBe(4);
      const { stderr } = await command.result;
      expect(stderr.slice(-3).split('').sort()).toEqual(['x', 'y', 'z']);
    },
  );

  test('has its own jobserver where that of make is closed', async () => {
    await using world = await worldOf({ [A]: makes(A) });
    const env = { MAKEFLAGS: ' -j4 --jobserver-auth=91,92' };
    const command = await world.start([...SYNC, '--jobs', '2'], { env });
    await world.gate('a').arrived(2);
    expect(await letAllThrough(world, ['a'], 8)).toBe(2);
    expect((await command.result).exitCode).toBe(0);
  });
});

describe('--jobserver host', () => {
  const cores = availableParallelism();
  const testWithCores = cores > 1 ? test : test.skip;

  async function twoProjects(): Promise<{ world: World; options: CommandOptions; other: CommandOptions }> {
    const world = await worldOf({ [A]: makes(A) }, 2 * cores);
    const env = { FETTLE_JOBSERVER: 'host', XDG_RUNTIME_DIR: world.temporary };
    const project = join(world.root, 'other');
    await mkdir(join(project, '.git'), { recursive: true });
    await world.write(join('..', 'other', 'fettle.lua'), `packages = { "${B}" }`);
    await world.write(join('..', 'other', 'recipes', `${B}.mk`), makefile(world, 'b', 2 * cores));
    await world.write(
      join('..', 'other', 'recipes', `${B}.lua`),
      `identity = "${B}"\nfetch = "${B}.mk"\n${makes(B)}\ninstall = "touch made"`,
    );
    return { world, options: { env }, other: { env, cwd: project } };
  }

  testWithCores('gives what a killed run held to the one that is left', async () => {
    const { world, options, other } = await twoProjects();
    await using _world = world;
    const killed = await world.start(SYNC, options);
    await world.gate('a').arrived(cores);
    const survivor = await world.start(SYNC, other);
    await world.gate('b').arrived(1);
    killed.kill('SIGKILL');
    await world.gate('a').vanished(cores);
    await world.gate('b').arrived(cores);
    expect(world.gate('b').arrivals).toBe(cores);
    world.gate('b').open();
    expect((await survivor.result).exitCode).toBe(0);
  });

  testWithCores('gives a part of the cores to a run that comes later', async () => {
    const { world, options, other } = await twoProjects();
    await using _world = world;
    const first = await world.start(SYNC, options);
    await world.gate('a').arrived(cores);
    const second = await world.start(SYNC, other);
    await world.gate('b').arrived(1);
    // Each job of the first that ends gives its core away, as long as the second has less.
    for (let count = 1; count <= Math.floor(cores / 2); count += 1) {
      if (count > 1) await world.gate('b').arrived(count);
      world.gate('a').letOneThrough();
    }
    for (const name of ['a', 'b']) world.gate(name).open();
    expect((await Promise.all([first.result, second.result])).map(({ exitCode }) => exitCode)).toEqual([0, 0]);
  });

  test('is one of three choices', async () => {
    await using world = await World.create();
    const result = await world.fettle([...SYNC, '--jobserver', 'hosts']);
    expect([result.exitCode, result.stderr]).toEqual([2, expect.stringContaining('host')]);
    const named = await world.fettle(SYNC, { env: { FETTLE_JOBSERVER: 'hosts' } });
    expect([named.exitCode, named.stderr]).toEqual([2, expect.stringContaining('Did you mean')]);
  });
});
