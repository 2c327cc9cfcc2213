// A cold install of 20 real npm tarballs from a server on this machine: fetch, verify, extract into an empty cache.
//   node bench/cold-install.mjs [--rounds N] [--tarballs DIR] [--scratch DIR] [--mise PROGRAM]
// Compares `fettle install`, curl + sha256sum + GNU tar under xargs -P2, and `mise install` (http backend) where a mise is given.
import { createHash } from 'node:crypto';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { haveTarballs, TARBALL_FOLDER } from './npm-tarballs.mjs';

const COMMAND_LINE = fileURLToPath(new URL('../dist/cli.js', import.meta.url));
const ONE =
  'curl -sf "$1" -o "$2.tgz" && echo "$3  $2.tgz" | sha256sum -c --quiet && mkdir "$2" && tar xzf "$2.tgz" -C "$2"';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    tarballs: { type: 'string', default: TARBALL_FOLDER },
    scratch: { type: 'string', default: tmpdir() },
    mise: { type: 'string' },
  },
});

await haveTarballs(values.tarballs);
const server = await serve(values.tarballs);
const scratch = await mkdtemp(join(values.scratch, 'fettle-bench-'));
try {
  const tarballs = await describe(`http://127.0.0.1:${server.address().port}`);
  const ways = { fettle, shell, ...(values.mise && { mise }) };
  const seconds = Object.fromEntries(Object.keys(ways).map((name) => [name, []]));
  for (let round = 0; round < Number(values.rounds); round += 1) {
    for (const [name, way] of Object.entries(ways))
      seconds[name].push(await inFolder((folder) => way(folder, tarballs)));
  }
  for (const [name, all] of Object.entries(seconds)) {
    console.log(
      `${name.padEnd(8)} median ${median(all).toFixed(2)} s  (${all.map((each) => each.toFixed(2)).join(' ')})`,
    );
  }
  for (const name of Object.keys(ways).slice(1)) {
    const ratios = seconds.fettle.map((each, round) => each / seconds[name][round]);
    console.log(`fettle takes ${median(ratios).toFixed(2)} of the time of ${name} (median of the rounds)`);
  }
} finally {
  server.close();
  await rm(scratch, { recursive: true, force: true });
}

async function serve(folder) {
  const answer = async (request, response) => {
    const file = join(folder, request.url.slice(1));
    response.writeHead(200, { 'content-length': (await stat(file)).size, 'content-type': 'application/octet-stream' });
    createReadStream(file).pipe(response);
  };
  const started = createServer((request, response) => void answer(request, response).catch(() => response.destroy()));
  started.listen(0, '127.0.0.1');
  await once(started, 'listening');
  return started;
}

async function describe(address) {
  const names = (await readdir(values.tarballs)).filter((name) => name.endsWith('.tgz'));
  const digest = async (name) =>
    createHash('sha256')
      .update(await readFile(join(values.tarballs, name)))
      .digest('hex');
  return Promise.all(
    names.map(async (name, index) => ({ id: `tool${index}`, url: `${address}/${name}`, sha256: await digest(name) })),
  );
}

async function inFolder(way) {
  const folder = await mkdtemp(join(scratch, 'run-'));
  const seconds = await way(folder);
  await makeRemovable(folder);
  await rm(folder, { recursive: true });
  return seconds;
}

async function fettle(folder, tarballs) {
  await mkdir(join(folder, '.git'));
  await mkdir(join(folder, 'recipes'));
  for (const { id, url, sha256 } of tarballs) {
    const recipe = `identity = "local.${id}@v1"\nfetch = { source = "${url}", sha256 = "${sha256}" }\n`;
    await writeFile(join(folder, 'recipes', `${id}.lua`), recipe);
  }
  const entries = tarballs.map(({ id }) => `  { recipe = "local.${id}@v1", source = "recipes/${id}.lua" },`);
  await writeFile(join(folder, 'fettle.lua'), `packages = {\n${entries.join('\n')}\n}\n`);
  return time(folder, [process.execPath, COMMAND_LINE, '--cache-root', join(folder, 'cache'), 'install', '--quiet']);
}

async function shell(folder, tarballs) {
  const lines = tarballs.map(({ id, url, sha256 }) => `${url} ${join(folder, id)} ${sha256}\n`);
  await writeFile(join(folder, 'list'), lines.join(''));
  return time(folder, ['bash', '-c', `xargs -P2 -L1 bash -c '${ONE}' - < list`]);
}

async function mise(folder, tarballs) {
  const tools = tarballs.map(
    ({ id, url, sha256 }) => `"http:${id}" = { version = "1.0.0", url = "${url}", checksum = "sha256:${sha256}" }\n`,
  );
  await writeFile(join(folder, 'mise.toml'), `[tools]\n${tools.join('')}`);
  const places = ['DATA', 'CACHE', 'CONFIG', 'STATE'].map((name) => [`MISE_${name}_DIR`, join(folder, name)]);
  const env = { ...Object.fromEntries(places), MISE_YES: '1', MISE_TRUSTED_CONFIG_PATHS: folder };
  return time(folder, [values.mise, 'install', '--quiet'], env);
}

async function time(folder, [program, ...args], more = {}) {
  const env = { ...process.env, HOME: folder, ...more };
  const start = performance.now();
  const child = spawn(program, args, { cwd: folder, env, stdio: ['ignore', 'ignore', 'pipe'] });
  let problems = '';
  child.stderr.on('data', (text) => (problems += text));
  const [status] = await once(child, 'close');
  if (status !== 0) throw new Error(`${program} ended with ${status}: ${problems}`);
  return (performance.now() - start) / 1000;
}

/** What fettle installs is read-only. */
async function makeRemovable(folder) {
  await chmod(folder, 0o700);
  const entries = await readdir(folder, { withFileTypes: true });
  for (const entry of entries) if (entry.isDirectory()) await makeRemovable(join(folder, entry.name));
}

function median(numbers) {
  return numbers.toSorted((one, other) => one - other)[Math.floor(numbers.length / 2)];
}
