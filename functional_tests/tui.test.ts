import { describe, expect } from '@jest/globals';
import { Terminal, testWith, titleFor, World, type Responder, type TerminalOptions } from './support/index.js';

const USUAL = { columns: 80, rows: 24 };
const CURSOR_AT_WORK = /[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏]/;

const test = testWith('tmux');

/** A project of packages whose builds are these scripts. */
async function project(world: World, builds: readonly string[], lua = ''): Promise<void> {
  for (const [index, build] of builds.entries()) {
    const identity = `local.p${index + 1}@v1`;
    await world.recipe(identity, `build = [==[${build}]==]\ninstall = "echo ${index} > file"\n${lua}`);
  }
  const packages = builds.map((_, index) => `"local.p${index + 1}@v1"`);
  await world.manifest(`packages = { ${packages.join(', ')} }`);
}

function sync(world: World, options: Partial<TerminalOptions> = {}, args: readonly string[] = []): Promise<Terminal> {
  return Terminal.open(world, [...args, 'sync'], { ...USUAL, ...options });
}

const linesOf = (text: string): readonly string[] => text.split('\n').filter((line) => line !== '');

/** Packages in the order in which the terminal says that they are installed. */
const installed = (text: string): readonly string[] =>
  [...text.matchAll(/^(local\.\S+) +installed in/gm)].map(([, id = '']) => id);

/** Sends the first half at once, byte after byte then, and the rest when it is told to. */
function trickling(body: Buffer, released: AbortSignal): Responder {
  return (_request, response) => {
    let sent = body.length / 2;
    response.writeHead(200, { 'content-length': body.length });
    response.write(body.subarray(0, sent));
    const drops = setInterval(() => {
      response.write(body.subarray(sent, sent + 1));
      sent += 1;
    }, 20);
    released.addEventListener('abort', () => {
      clearInterval(drops);
      response.end(body.subarray(sent));
    });
  };
}

describe(titleFor('the live view in the terminal of', 'tmux'), () => {
  test('shows what is at work, and leaves what was finished, once, and a summary', async () => {
    await using world = await World.create();
    const gate = world.gate('built');
    await project(world, [`echo compiling main.c; ${gate.command}`]);
    await using terminal = await sync(world);
    const live = await terminal.shows(/compiling main\.c/);
    expect(live).toMatch(
      /^\S local\.p1@v1 build +0:\d\d {2}compiling main\.c\n1? ?0 of 1 package, 1 at work, 0:\d\d$/m,
    );
    expect(await terminal.isCursorShown()).toBe(false);
    gate.open();
    const end = await terminal.shows(/ended with 0/);
    expect(installed(end)).toEqual(['local.p1@v1']);
    expect(end).toMatch(/1 package: 1 installed in .*\nbuilt 2 B\nended with 0$/);
    expect(end).not.toMatch(CURSOR_AT_WORK);
    expect(await terminal.isCursorShown()).toBe(true);
  });

  test('says what the cache was good for', async () => {
    await using world = await World.create();
    await project(world, ['true', 'true']);
    await world.fettle(['sync']);
    await using terminal = await sync(world, {}, ['--events', `${world.temporary}/all`]);
    const end = await terminal.shows(/ended with 0/);
    expect(end).toMatch(/^2 packages: 2 cached in .*\n4 B from the cache/m);
  });

  test.each([
    { columns: 80, rows: 24 },
    { columns: 200, rows: 60 },
    { columns: 40, rows: 24 },
  ])('200 packages at work fold into $columns columns and $rows rows', async (size) => {
    await using world = await World.create();
    const gate = world.gate('built');
    await project(world, Array<string>(200).fill(`echo '日本語 🚀 ${'long '.repeat(60)}'; ${gate.command}`));
    await using terminal = await sync(world, size, ['-p', '200', '-j', '2']);
    await gate.arrived();
    const screen = await terminal.shows(/… and \d+ more[^]*\d at work/);
    const lines = screen.split('\n');
    expect(lines.length).toBeLessThanOrEqual(size.rows);
    const live = lines.slice(lines.findIndex((line) => /^(\S| ) local/.test(line)));
    expect(live).toHaveLength(Math.floor((size.rows * 2) / 3));
    await terminal.press('C-c');
    await terminal.shows(/ended with 130/);
    const everything = await terminal.everything();
    expect(everything.match(/skipped +interrupted/g)).toHaveLength(200);
    expect(everything).not.toContain('more\n');
  });

  test('a resize leaves one live part, and nothing of the one before', async () => {
    await using world = await World.create();
    const gate = world.gate('built');
    // A full screen: on one with room below, tmux moves the top of what it breaks anew out of reach.
    // Only as many as there are cores can build at once; what is fetched has no such limit.
    const script = `echo '${'a long line '.repeat(20)}'; ${gate.command}`;
    await project(
      world,
      Array<string>(6).fill('true'),
      `function fetch(ctx) for i = 1, 10 do fettle.info("message") end; ctx.run([==[${script}]==]) end`,
    );
    await using terminal = await sync(world, { columns: 120, rows: 30 });
    await gate.arrived(6);
    await terminal.shows(/6 at work/);
    for (const [columns, rows] of [
      [50, 30],
      [100, 30],
      [80, 30],
      [80, 12],
      [160, 40],
    ] as const) {
      await terminal.resize(columns, rows);
      // Drawn anew, not only broken anew by the terminal: the row ends right before the margin.
      await terminal.shows(new RegExp(`^(?=.{${columns - 1}}$)\\S local\\.p6@v1 fetch .*…$`, 'm'));
    }
    const everything = await terminal.everything();
    expect(everything.match(/0 of 6 packages/g)).toHaveLength(1);
    expect(everything.match(/^\S local\.p\d@v1 fetch/gm)).toHaveLength(6);
    gate.open();
    await terminal.shows(/ended with 0/);
    expect([...installed(await terminal.everything())].sort()).toHaveLength(6);
  });

  test('ten thousand lines at once are drawn a few times, and with -v all of them stay, in order', async () => {
    await using world = await World.create();
    const flood = `awk 'BEGIN { for (i = 1; i <= 10000; i++) print "line " i " of many" }'`;
    const gate = world.gate('flooded');
    await project(world, [`${flood}; ${gate.command}`]);
    await using terminal = await sync(world, {}, ['-v']);
    await gate.arrived();
    await terminal.shows(/^\S local\.p1@v1 build +0:\d\d +line 10000 of many$/m);
    gate.open();
    await terminal.shows(/ended with 0/);
    const lines = [...(await terminal.everything()).matchAll(/^local\.p1@v1 \| line (\d+) of many$/gm)];
    expect(lines.map(([, number]) => Number(number))).toEqual(Array.from({ length: 10_000 }, (_, index) => index + 1));
  });

  test('output of builds cannot command the terminal', async () => {
    await using world = await World.create();
    const gate = world.gate('built');
    const nasty = String.raw`printf '\033[2J\033[1;1H\033]0;title\007\033[?1049h\033[31mevil\tred\r50 %%\r\n\033[5Ahere'`;
    await project(world, [`${nasty}; ${gate.command}`]);
    await using terminal = await sync(world);
    const screen = await terminal.shows(/here$/m);
    expect(linesOf(screen)).toEqual([
      expect.stringMatching(/^local\.p1@v1 +new /),
      expect.stringMatching(/^\S local\.p1@v1 build +0:\d\d +here$/),
      expect.stringMatching(/^0 of 1 package/),
    ]);
    gate.open();
    await terminal.shows(/ended with 0/);
  });

  test('logs and warnings scroll by above', async () => {
    await using world = await World.create();
    const gate = world.gate('warned');
    await world.recipe(
      'local.p1@v1',
      `function install(ctx)
        for i = 1, 40 do fettle.info("message " .. i) end
        fettle.warn("beware")
        ctx.run([==[${gate.command}; echo x > file]==])
      end`,
    );
    await world.manifest('packages = { "local.p1@v1" }');
    await using terminal = await sync(world);
    await gate.arrived();
    const screen = await terminal.shows(/warning +beware\n\S local\.p1@v1 install [^]*1 at work/);
    expect(screen).toContain('message 40');
    const messages = (await terminal.everything()).match(/info +message \d+$/gm);
    expect(messages).toHaveLength(40);
    gate.open();
    await terminal.shows(/ended with 0/);
  });

  test('who waits for another process says for whom, and what that one does', async () => {
    await using world = await World.create();
    const gate = world.gate('built');
    await project(world, [`echo linking the kernel; ${gate.command}`]);
    const holder = await world.start(['sync']);
    await gate.arrived();
    await using terminal = await sync(world);
    const waiting = new RegExp(`waiting +0:\\d\\d +for process ${holder.pid} on .*`);
    expect(await terminal.shows(waiting)).toMatch(/0 of 1 package, 1 waiting, 0:\d\d$/);
    await terminal.resize(160, 24);
    await terminal.shows(/in build: linking the kernel$/m);
    gate.open();
    expect(await terminal.shows(/ended with 0/)).toContain('1 package: 1 cached');
    await holder.result;
  });

  test('a download has a bar', async () => {
    await using world = await World.create();
    const body = Buffer.alloc(3_000_000, 7);
    const released = new AbortController();
    const url = world.server.serve('/big.bin', trickling(body, released.signal));
    await world.recipe('local.p1@v1', `fetch = "${url}"\ninstall = "cp $FETTLE_FETCH_DIR/big.bin ."`);
    await world.manifest('packages = { "local.p1@v1" }');
    await using terminal = await sync(world);
    await terminal.shows(/local\.p1@v1 fetch +0:\d\d +█{10}░{10} 1\.5 MB of 3\.0 MB/);
    await terminal.resize(40, 24);
    await terminal.shows(/local\.p1@v1 fetch +0:\d\d +50%/);
    released.abort();
    const end = await terminal.shows(/ended with 0/);
    expect(end).toMatch(/built 3\.0 MB, downloaded 3\.0 MB/);
  });

  test.each([
    { key: 'C-c', exitCode: 130 },
    { key: 'SIGTERM', exitCode: 143 },
  ] as const)('$key leaves the terminal clean', async ({ key, exitCode }) => {
    await using world = await World.create();
    const gate = world.gate('built');
    await project(world, [`echo busy; ${gate.command}`]);
    await using terminal = await sync(world);
    await terminal.shows(/busy\n0 of 1 package/);
    if (key === 'SIGTERM') process.kill(await terminal.pid(), key);
    else await terminal.press(key);
    const end = await terminal.shows(new RegExp(`ended with ${exitCode}$`));
    expect(end).not.toMatch(/0 of 1 package|busy/);
    expect(await terminal.isCursorShown()).toBe(true);
  });

  test('Ctrl-Z stops fettle, not what it has started, and leaves the terminal clean until it goes on', async () => {
    await using world = await World.create();
    const [gate, later] = [world.gate('built'), world.gate('later')];
    await project(world, [`echo busy; ${gate.command}; echo busier; ${later.command}`]);
    await using terminal = await sync(world, { hasJobs: true });
    await terminal.shows(/busy\n0 of 1 package/);
    await terminal.press('C-z');
    expect(await terminal.shows(/^stopped$/m)).not.toMatch(/0 of 1 package|busy/);
    expect(await terminal.isCursorShown()).toBe(true);
    gate.open();
    await later.arrived();
    await terminal.press('Enter');
    await terminal.shows(/busier\n0 of 1 package/);
    expect(await terminal.isCursorShown()).toBe(false);
    // Once more, for the live view is another one now.
    await terminal.press('C-z');
    expect(await terminal.shows(/^stopped\n[^]*^stopped$/m)).not.toMatch(/0 of 1 package|busier/);
    expect(await terminal.isCursorShown()).toBe(true);
    later.open();
    await terminal.press('Enter');
    const end = await terminal.shows(/ended with 0$/);
    expect(end).toContain('1 package: 1 installed');
    expect(await terminal.isCursorShown()).toBe(true);
  });

  test('a second Ctrl-C leaves it clean, too', async () => {
    await using world = await World.create();
    // One core: one of them builds and will not end, the other one is skipped when the first Ctrl-C has come. A program
    // keeps ignoring what its shell ignored, if it does not decide otherwise.
    await project(world, Array<string>(2).fill(`trap '' TERM INT; echo stubborn; exec sleep 1000`));
    await using terminal = await sync(world, {}, ['-j', '1']);
    await terminal.shows(/stubborn\n[^]*0 of 2 packages/);
    await terminal.press('C-c');
    await terminal.shows(/skipped +interrupted/);
    await terminal.press('C-c');
    const end = await terminal.shows(/ended with 130$/);
    expect(end).not.toMatch(/of 2 packages|stubborn/);
    expect(await terminal.isCursorShown()).toBe(true);
  });

  test('an interactive script gets the terminal, and gives it back', async () => {
    await using world = await World.create();
    const gate = world.gate('built');
    await world.recipe(
      'local.p1@v1',
      `function install(ctx)
        ctx.run("echo before; ${gate.command}")
        ctx.run("printf 'your name? '; read name; echo hello $name > file", { interactive = true })
        ctx.run("echo after; ${world.gate('after').command}")
      end`,
    );
    await world.manifest('packages = { "local.p1@v1" }');
    await using terminal = await sync(world);
    await terminal.shows(/before\n0 of 1 package/);
    gate.open();
    const asked = await terminal.shows(/^your name\?/m);
    expect(asked).not.toContain('0 of 1 package');
    expect(await terminal.isCursorShown()).toBe(true);
    await terminal.press('Zoë', 'Enter');
    const after = await terminal.shows(/after\n0 of 1 package/);
    expect(after).toContain('your name? Zoë\n');
    world.gate('after').open();
    await terminal.shows(/ended with 0$/);
  });

  test.each([
    { title: 'NO_COLOR', env: { NO_COLOR: '1' }, args: [], isLive: true, isColoured: false },
    { title: '--color never', env: {}, args: ['--color', 'never'], isLive: true, isColoured: false },
    { title: 'nothing', env: {}, args: [], isLive: true, isColoured: true },
    { title: 'CI', env: { CI: 'true' }, args: [], isLive: false, isColoured: false },
    { title: '--no-progress', env: {}, args: ['--no-progress'], isLive: false, isColoured: true },
  ])('with $title: live $isLive, coloured $isColoured', async ({ env, args, isLive, isColoured }) => {
    await using world = await World.create();
    const gate = world.gate('built');
    await project(world, [`echo said; ${gate.command}`]);
    await using terminal = await sync(world, { env }, args);
    await gate.arrived();
    await terminal.shows(isLive ? /said\n0 of 1 package/ : /build +started/);
    expect(/\u001b\[[0-9;]+m/.test(await terminal.colours())).toBe(isColoured);
    gate.open();
    const end = await terminal.shows(/ended with 0$/);
    expect(end).toContain('1 package: 1 installed');
  });
});
