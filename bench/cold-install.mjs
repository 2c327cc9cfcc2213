// A cold install of 20 real npm tarballs from a server on this machine: fetch, verify, extract into an empty cache.
//   node bench/cold-install.mjs [--rounds N] [--scratch DIR]
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findTarballs } from './npm-tarballs.mjs';
import { setUpConan } from './peers/conan.mjs';
import { setUpMise } from './peers/mise.mjs';
import { setUpBun, setUpPnpm } from './peers/node-package-managers.mjs';
import { measureInTurn, rowsOf } from './suite/in-turn.mjs';
import { serveRegistry } from './suite/registry.mjs';
import { runIfMain } from './suite/run-measurement.mjs';
import { LINKED_COMMAND, writeProject } from './trivial-project.mjs';

const DURABLE = 'fettle';
const NOT_DURABLE = 'fettle without fsync';
const SHELL = 'curl, sha256sum, tar, xargs -P2';
const SHELL_PROGRAMS = ['curl', 'sha256sum', 'tar', 'xargs'];
const ONE =
  'curl -sf "$1" -o "$2.tgz" && echo "$3  $2.tgz" | sha256sum -c --quiet && mkdir "$2" && tar xzf "$2.tgz" -C "$2"';
const PACKAGE_MANAGERS = { mise: setUpMise, bun: setUpBun, pnpm: setUpPnpm };

export const measurement = {
  name: 'cold-install',
  title: 'A cold install of 20 archives',
  why: '287 MB of real npm tarballs from a server on the same machine into an empty cache: faster than mise, aiming at bun.',
  rounds: 3,
  run,
};
await runIfMain(import.meta.url, measurement);

async function run(context) {
  const registry = await serveRegistry(await findTarballs());
  try {
    const results = await measureInTurn(waysOf(context, registry), context.rounds, { warmUps: 0 });
    // Alone, and once: it unpacks one archive after the other, and in Python.
    if (!context.peers.conan.missing)
      results.conan = [
        await measureCold(context, 'conan', (place) => setUpConan(context.peers.conan, place, registry)),
      ];
    return { tables: tablesOf(results) };
  } finally {
    registry.close();
  }
}

function waysOf(context, registry) {
  const ways = {
    [DURABLE]: (place) => setUpFettle(place, registry),
    [NOT_DURABLE]: (place) => setUpFettle(place, registry, { FETTLE_NO_FSYNC: '1' }),
  };
  if (SHELL_PROGRAMS.every((name) => !context.peers[name].missing))
    ways[SHELL] = (place) => setUpShell(place, registry);
  for (const [name, setUp] of Object.entries(PACKAGE_MANAGERS)) {
    const peer = context.peers[name];
    if (!peer.missing) ways[name] = (place) => setUp(peer, place, registry);
  }
  return Object.fromEntries(
    Object.entries(ways).map(([name, setUp]) => [name, () => measureCold(context, name, setUp)]),
  );
}

function tablesOf(results) {
  const limits = { mise: 1, bun: 1 };
  const others = [SHELL, ...Object.keys(PACKAGE_MANAGERS)];
  const ratios = [DURABLE, NOT_DURABLE].flatMap((of) => others.map((to) => ({ of, to, atMost: limits[to] })));
  const table = (title, unit, field) => ({ title, unit, rows: rowsOf(results, field) });
  const tables = [
    { ...table('wall time', 'ms', 'wall'), ratios },
    { ...table('processor time', 'ms', 'busy'), ratios: ratios.map(({ of, to }) => ({ of, to })) },
    table('peak memory of the largest process', 'MB', 'peak'),
  ];
  return tables.filter(({ rows }) => rows.length > 0);
}

/** Into a new folder, with nothing left to be written by who came before. */
async function measureCold(context, name, setUp) {
  context.say(`  ${name}`);
  const place = await context.folder('cold');
  const { install } = await setUp(place);
  const result = await context.time(install);
  await context.settle(place);
  return result;
}

async function setUpFettle({ folder, env }, { tarballs }, settings = {}) {
  const body = ({ url, sha256 }) => `fetch = { source = "${url}", sha256 = "${sha256}" }\n`;
  const recipes = tarballs.map((tarball) => ({ name: tarball.id, body: body(tarball) }));
  await writeProject(folder, recipes);
  const command = [LINKED_COMMAND, '--cache-root', join(folder, 'cache'), 'install', '--quiet'];
  return { install: { command, cwd: folder, env: { ...env, ...settings } } };
}

async function setUpShell({ folder, env }, { tarballs }) {
  const lines = tarballs.map(({ id, url, sha256 }) => `${url} ${join(folder, id)} ${sha256}\n`);
  await writeFile(join(folder, 'list'), lines.join(''));
  const command = ['bash', '-c', `xargs -P2 -L1 bash -c '${ONE}' - < list`];
  return { install: { command, cwd: folder, env } };
}
