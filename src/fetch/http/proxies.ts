import type { Host } from '../../host/index.js';

/** Proxies as undici takes them; the empty text means none. */
export interface Proxies {
  readonly httpProxy: string;
  readonly httpsProxy: string;
  readonly noProxy: string;
}

/**
 * The proxies that the environment names, as curl and its like understand it: the lower-case variable before the
 * upper-case one, `ALL_PROXY` for what has none of its own; a variable that is set but empty means no proxy.
 */
export function readProxies(env: Host['env']): Proxies {
  const [http, https, all, none] = ['http_proxy', 'https_proxy', 'all_proxy', 'no_proxy'].map(
    (name) => env[name] ?? env[name.toUpperCase()],
  );
  // Empty rather than left out: undici would look into the environment of the process itself.
  return { httpProxy: withScheme(http ?? all), httpsProxy: withScheme(https ?? all), noProxy: none ?? '' };
}

/** `proxy:3128` is an HTTP proxy. undici lets every SOCKS proxy look up names, which is what the `h` asks for. */
function withScheme(proxy: string | undefined): string {
  const written = (proxy ?? '').trim();
  if (written === '' || written.includes('://')) return written.replace(/^socks5h:/i, 'socks5:');
  return `http://${written}`;
}
