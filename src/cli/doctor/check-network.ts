import { readFile } from 'node:fs/promises';
import { FettleError, messageOf } from '../../errors/index.js';
import { examineRegistrySettings, readHttpSettings } from '../../fetch/index.js';
import type { Host } from '../../host/index.js';
import { isSwitchedOn } from '../../support/switched-on.js';
import { ok, problem, warning, type Finding } from './finding.js';

type Env = Host['env'];

const PROXY_VARIABLES = ['http_proxy', 'https_proxy', 'all_proxy'] as const;
const PROXY_SCHEMES = ['http:', 'https:', 'socks:', 'socks5:', 'socks5h:'];

/** Settings for downloads. They are read, not tried: nothing here uses the network. */
export async function checkNetwork(host: Host): Promise<readonly Finding[]> {
  const { env } = host;
  return [
    ...checkProxies(env),
    ...checkExceptions(env),
    ...(await checkCertificates(env)),
    checkSettings(env),
    ...(await checkRegistries(host)),
  ];
}

function checkProxies(env: Env): readonly Finding[] {
  const names = PROXY_VARIABLES.flatMap((name) => [name, name.toUpperCase()]).filter((name) => isSet(env[name]));
  if (names.length === 0) return [ok('proxies', 'none is set')];
  return names.map((name) => checkProxy(name, env));
}

function checkProxy(name: string, env: Env): Finding {
  const value = (env[name] ?? '').trim();
  const url = value.includes('://') ? value : `http://${value}`;
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (!parsed || !isProxyUrl(parsed)) {
    // Where it is not understood nobody knows which part of it is a secret.
    const found = `its value (${value.length} characters, not shown) is no URL of a proxy`;
    return problem(name, found, `Write it like http://proxy.example:3128, or unset ${name}.`);
  }
  const shown = `${parsed.protocol}//${parsed.username === '' && parsed.password === '' ? '' : '***@'}${parsed.host}`;
  const other = env[name.toLowerCase()];
  if (name !== name.toLowerCase() && other !== undefined && other !== env[name]) {
    return warning(
      name,
      `${shown}, but ${name.toLowerCase()} is another one`,
      'The one in lower case counts; unset the other.',
    );
  }
  return ok(name, shown);
}

function isProxyUrl({ protocol, hostname, pathname, search }: URL): boolean {
  return PROXY_SCHEMES.includes(protocol) && hostname !== '' && ['', '/'].includes(pathname) && search === '';
}

function checkExceptions(env: Env): readonly Finding[] {
  const name = env['no_proxy'] === undefined ? 'NO_PROXY' : 'no_proxy';
  const value = env[name];
  if (!isSet(value)) return [];
  const odd = value.split(/[\s,]+/).filter((entry) => /[/@]|:\/\//.test(entry) && !/^[\d.:a-f]+\/\d+$/i.test(entry));
  if (odd.length === 0) return [ok(name, value)];
  const found = `${odd.length} of its entries are no names of hosts`;
  return [warning(name, found, 'Write hosts with commas between: localhost,.example.com,10.0.0.1')];
}

async function checkCertificates(env: Env): Promise<readonly Finding[]> {
  const findings = await Promise.all(
    ['SSL_CERT_FILE', 'NODE_EXTRA_CA_CERTS'].map((name) => checkCertificateFile(name, env[name])),
  );
  const isUnchecked = env['NODE_TLS_REJECT_UNAUTHORIZED'] === '0';
  const unchecked = warning(
    'NODE_TLS_REJECT_UNAUTHORIZED',
    'certificates are not checked',
    'Unset it; name your own authority with SSL_CERT_FILE.',
  );
  const all = [...findings.flat(), ...(isUnchecked ? [unchecked] : [])];
  return all.length > 0 ? all : [ok('certificates', 'those of Node')];
}

async function checkCertificateFile(name: string, file: string | undefined): Promise<readonly Finding[]> {
  if (!isSet(file)) return [];
  const mend = `Let ${name} name a file of certificates in PEM form, or unset it.`;
  try {
    const count = (await readFile(file, 'utf8')).split('-----BEGIN CERTIFICATE-----').length - 1;
    if (count > 0) return [ok(name, `${file} (${count} certificate${count === 1 ? '' : 's'})`)];
    return [problem(name, `${file} holds no certificate in PEM form`, mend)];
  } catch (error) {
    return [problem(name, messageOf(error), mend)];
  }
}

function checkSettings(env: Env): Finding {
  const name = 'download settings';
  try {
    const { connections, retries } = readHttpSettings(env);
    if (isSwitchedOn(env['FETTLE_OFFLINE'])) return ok(name, 'FETTLE_OFFLINE is set: no network is used');
    return ok(name, `${connections} at once, ${retries.tries} tries`);
  } catch (error) {
    return problem(name, messageOf(error), 'Correct the variable, or unset it (docs/downloads.md).');
  }
}

async function checkRegistries(host: Host): Promise<readonly Finding[]> {
  const examined = await examineRegistrySettings(host);
  const failures = examined.filter(({ error }) => error !== undefined);
  const readable = examined.filter(({ error }) => error === undefined).map(({ tool }) => tool);
  return [
    ...(readable.length > 0 ? [ok('registry settings', `readable: ${readable.join(', ')}`)] : []),
    ...failures.map(({ tool, error }) => {
      const fallback = `Correct the settings of ${tool}, or downloads from its registries fail (docs/registries.md).`;
      return problem(`settings of ${tool}`, messageOf(error), (error instanceof FettleError && error.hint) || fallback);
    }),
  ];
}

function isSet(value: string | undefined): value is string {
  return value !== undefined && value.trim() !== '';
}
