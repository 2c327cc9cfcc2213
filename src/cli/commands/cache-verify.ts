import type { CacheVerification, EntryCheck } from '../../cache/index.js';
import { EXIT } from '../../errors/index.js';
import { formatBytes } from '../../support/human-units.js';
import { Interruption } from '../interruption.js';
import type { Invocation } from '../invocation.js';
import { openCacheOf } from '../open-cache.js';

/** Lines of damage that are shown of one entry; all of it is in the JSON. */
const SHOWN_DAMAGE = 20;

/** `fettle cache verify`: compares every entry with what was recorded of it; exit code 4 when one is broken. */
export async function cacheVerify(
  invocation: Invocation,
  options: { readonly repair?: boolean; readonly json?: boolean },
): Promise<number> {
  await using cache = await openCacheOf(invocation);
  using interruption = new Interruption(() => undefined);
  const progress = new ProgressLine(invocation, options.json === true);
  const verification = await cache
    .verify({
      repair: options.repair ?? false,
      signal: interruption.signal,
      onEntry: (check, { done, total }) => {
        progress.show(`verified ${done} of ${total} entries: ${check.entry}`);
      },
    })
    .finally(() => {
      progress.clear();
    });
  const text = options.json === true ? `${JSON.stringify(verification)}\n` : asText(verification, invocation);
  invocation.streams.out(text);
  return verification.sound ? EXIT.ok : EXIT.integrity;
}

/** One line on a terminal that is written over and over. */
class ProgressLine {
  readonly #isShown: boolean;

  constructor(
    private readonly invocation: Invocation,
    json: boolean,
  ) {
    const { globals, streams } = invocation;
    this.#isShown = streams.errIsTerminal && !json && globals.quiet !== true && globals.progress !== false;
  }

  show(text: string): void {
    const width = (this.invocation.streams.terminal?.columns ?? 80) - 1;
    if (this.#isShown) this.invocation.streams.err(`\r\u001b[K${text.slice(0, width)}`);
  }

  clear(): void {
    if (this.#isShown) this.invocation.streams.err('\r\u001b[K');
  }
}

function asText({ entries }: CacheVerification, { globals }: Invocation): string {
  const notable = entries.filter(({ status }) => status !== 'whole');
  const details = notable.map(describe).join('');
  return globals.quiet === true ? details : details + summary(entries);
}

function describe({ entry, status, damage, quarantine }: EntryCheck): string {
  const lines = damage.slice(0, SHOWN_DAMAGE).map(({ kind, path, detail }) => {
    return `  ${[kind, path, detail].filter((part) => part !== null).join('  ')}\n`;
  });
  const rest = damage.length - lines.length;
  if (rest > 0) lines.push(`  and ${rest} more\n`);
  return `${entry}: ${outcome(status, quarantine)}\n${lines.join('')}`;
}

function outcome(status: EntryCheck['status'], quarantine: string | null): string {
  if (status === 'in-use') return 'broken, not repaired: a running process uses it';
  if (status !== 'repaired') return status;
  return quarantine === null ? 'was built anew meanwhile' : `broken, moved to ${quarantine}`;
}

function summary(entries: readonly EntryCheck[]): string {
  const bytes = entries.reduce((sum, entry) => sum + entry.bytes, 0);
  const count = (status: EntryCheck['status']): number => entries.filter((entry) => entry.status === status).length;
  const broken = count('broken') + count('in-use');
  const repaired = count('repaired');
  return `${[
    `${entries.length} ${entries.length === 1 ? 'entry' : 'entries'} verified (${formatBytes(bytes)})`,
    broken === 0 && repaired === 0 ? 'all whole' : `${broken} broken`,
    ...(repaired === 0 ? [] : [`${repaired} repaired`]),
  ].join(', ')}\n`;
}
