// In a process of its own, for extract.mjs: all tarballs at once, as the packages of a manifest are.
//   node extract-all.mjs PARTS TARBALLS DESTINATION
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const [parts, folder, destination] = process.argv.slice(2);
const { createExtractPool, extractArchive } = await import(pathToFileURL(join(parts, 'index.mjs')));
const pool = createExtractPool({ worker: pathToFileURL(join(parts, 'extract-worker.mjs')) });
const names = (await readdir(folder)).filter((name) => name.endsWith('.tgz'));
const archives = await Promise.all(names.map(async (name) => ({ name, size: (await stat(join(folder, name))).size })));
// The largest first, so that no thread has a large one left when the others are done.
archives.sort((one, other) => other.size - one.size);
await Promise.all(
  archives.map(({ name }) => {
    const archive = join(folder, name);
    return extractArchive({ archive, destination: join(destination, name), strip: 0, emit: () => {}, pool });
  }),
);
await pool.close();
