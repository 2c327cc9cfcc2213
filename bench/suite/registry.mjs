import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { createServer } from 'node:http';

/**
 * Serves packages on this machine: each as a tarball, and as what an npm registry says of it, without dependencies, so
 * that package managers fetch the very same files as all others.
 * @param packages `{ name, version, file }`, where `file` is the tarball
 * @returns the address, and the packages with their `id`, `url`, `size`, `sha256` (hex) and `integrity` (SHA-512)
 */
export async function serveRegistry(packages) {
  const files = new Map();
  const documents = new Map();
  const server = createServer((request, response) => {
    void answer(decodeURIComponent(request.url), { files, documents }, response).catch(() => response.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = `http://127.0.0.1:${server.address().port}`;
  const tarballs = [];
  for (const [index, each] of packages.entries()) {
    const path = `/-/tarball-${index}.tgz`;
    const tarball = { ...each, id: `tool${index}`, url: `${address}${path}`, ...(await digestsOf(each.file)) };
    files.set(path, each.file);
    documents.set(`/${each.name}`, documentOf(tarball));
    tarballs.push(tarball);
  }
  return { address, tarballs, close: () => server.close() };
}

async function answer(path, { files, documents }, response) {
  const document = documents.get(path);
  if (document) return response.writeHead(200, { 'content-type': 'application/json' }).end(document);
  const file = files.get(path);
  if (!file) return response.writeHead(404).end();
  response.writeHead(200, { 'content-length': (await stat(file)).size, 'content-type': 'application/octet-stream' });
  return createReadStream(file).pipe(response);
}

async function digestsOf(file) {
  const content = await readFile(file);
  const digest = (algorithm, encoding) => createHash(algorithm).update(content).digest(encoding);
  return {
    size: content.length,
    sha256: digest('sha256', 'hex'),
    integrity: `sha512-${digest('sha512', 'base64')}`,
  };
}

function documentOf({ name, version, url, integrity }) {
  const published = { name, version, dist: { tarball: url, integrity } };
  const time = { [version]: '2020-01-01T00:00:00.000Z' };
  return JSON.stringify({ name, 'dist-tags': { latest: version }, versions: { [version]: published }, time });
}
