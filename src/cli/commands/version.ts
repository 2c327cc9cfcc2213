import { EXIT } from '../../errors/index.js';
import type { Invocation } from '../invocation.js';

/** `fettle version` */
export function version(invocation: Invocation, options: { readonly json?: boolean }): number {
  const { host, streams } = invocation;
  const facts = { version: invocation.version, platform: host.platform, arch: host.arch, node: process.versions.node };
  streams.out(options.json === true ? `${JSON.stringify(facts)}\n` : `${invocation.version}\n`);
  return EXIT.ok;
}
