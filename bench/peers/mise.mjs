import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The tools come from archives by HTTP, which is the nearest that mise has to a recipe with a digest. */
export async function setUpMise({ program }, { folder, env }, { tarballs }) {
  await mkdir(folder, { recursive: true });
  const tools = tarballs.map(
    ({ id, url, sha256 }) => `"http:${id}" = { version = "1.0.0", url = "${url}", checksum = "sha256:${sha256}" }\n`,
  );
  await writeFile(join(folder, 'mise.toml'), `[tools]\n${tools.join('')}`);
  const places = ['DATA', 'CACHE', 'CONFIG', 'STATE'].map((name) => [`MISE_${name}_DIR`, join(folder, name)]);
  const own = { ...env, ...Object.fromEntries(places), MISE_YES: '1', MISE_TRUSTED_CONFIG_PATHS: folder };
  const command = (...args) => ({ command: [program, ...args], cwd: folder, env: own });
  return {
    install: command('install', '--quiet'),
    noOps: {
      'mise install': command('install', '--quiet'),
      'mise env': command('env'),
      'mise exec -- true': command('exec', '--', 'true'),
      'mise where': command('where', `http:${tarballs[0].id}`),
    },
  };
}
