import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * ninja on a graph of targets, each of which touches its file.
 * @param targets `{ name, needs }`
 */
export async function setUpNinja({ program }, { folder, env }, targets) {
  await mkdir(folder, { recursive: true });
  const lines = targets.map(({ name, needs }) => `build ${name}: touch ${needs.join(' ')}\n`);
  await writeFile(join(folder, 'build.ninja'), `rule touch\n  command = touch $out\n${lines.join('')}`);
  return { command: [program, '--quiet'], cwd: folder, env };
}

/** GNU make on the same graph. */
export async function setUpMake({ program }, { folder, env }, targets) {
  await mkdir(folder, { recursive: true });
  const all = targets.map(({ name }) => name).join(' ');
  const lines = targets.map(({ name, needs }) => `${name}: ${needs.join(' ')}\n\ttouch $@\n`);
  await writeFile(join(folder, 'Makefile'), `all: ${all}\n${lines.join('')}`);
  return { command: [program, '--silent', '-j2'], cwd: folder, env };
}
