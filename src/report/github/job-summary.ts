import type { ErrorReport } from '../../errors/index.js';
import type { EngineEvent, PackageStatus } from '../../events/index.js';
import { formatBytes, formatDuration } from '../../support/human-units.js';
import { plainText } from '../foreign-text.js';
import type { EventOf } from '../spans/index.js';

interface Row {
  readonly id: string;
  readonly status: PackageStatus;
  readonly durationMs: number;
  /** Of the asset, else what was downloaded; null where there is neither. */
  readonly bytes: number | null;
  readonly why: string;
  readonly error: ErrorReport | null;
  readonly logFile: string | null;
}

/** What people look for first comes first. */
const ORDER: readonly PackageStatus[] = ['failed', 'skipped', 'installed', 'programmatic', 'user-managed', 'cached'];

/** Gathers what the summary page of a job shows of a run. */
export class JobSummary {
  readonly #rows: Row[] = [];
  readonly #bytes = new Map<string, number>();
  readonly #reasons = new Map<string, string>();
  #command = '';

  take(event: EngineEvent): void {
    const id = event.package?.id ?? '';
    switch (event.kind) {
      case 'run:start':
        this.#command = event.command;
        return;
      case 'cache:hit':
      case 'cache:stored':
        this.#bytes.set(id, event.bytes);
        return;
      case 'download:end':
        this.#bytes.set(id, (this.#bytes.get(id) ?? 0) + event.bytes);
        return;
      case 'cache:miss':
        this.#reasons.set(id, event.reasons.join('; '));
        return;
      case 'package:done':
        this.#rows.push(this.#rowOf(event, id));
        return;
      default:
        return;
    }
  }

  /** Markdown of at most `room` bytes; what does not fit is counted. Empty when there is no room at all. */
  markdown(durationMs: number, room: number): string {
    const rows = [...this.#rows].sort((one, other) => ORDER.indexOf(one.status) - ORDER.indexOf(other.status));
    const failed = rows.filter(({ status }) => status === 'failed').length;
    const title = `### ${failed > 0 ? '❌' : '✅'} fettle ${escapeText(this.#command)}\n\n`;
    const counts = `${rows.length} package${rows.length === 1 ? '' : 's'}${failed > 0 ? `, ${failed} failed` : ''}`;
    const head = `${title}${counts} in ${formatDuration(durationMs)}\n\n${TABLE_HEAD}`;
    const table = withinRoom(head, rows.map(tableRow), room);
    const failures = rows.filter(({ error }) => error !== null && error.code !== 'E_SKIPPED').map(failureText);
    const left = room - Buffer.byteLength(table);
    return failures.length === 0 ? table : `${table}${withinRoom('\n', failures, left)}`;
  }

  #rowOf({ status, durationMs, reason, error, logFile }: EventOf<'package:done'>, id: string): Row {
    const bytes = this.#bytes.get(id) ?? null;
    return { id, status, durationMs, bytes, why: reason ?? this.#reasons.get(id) ?? '', error, logFile };
  }
}

const TABLE_HEAD = '| package | status | time | size | why |\n| --- | --- | ---: | ---: | --- |\n';
/** Kept free for the line that counts what is left out. */
const NOTE_BYTES = 64;

function withinRoom(head: string, parts: readonly string[], room: number): string {
  let text = head;
  let used = Buffer.byteLength(head);
  if (used + NOTE_BYTES > room) return '';
  for (const [index, part] of parts.entries()) {
    used += Buffer.byteLength(part);
    if (used + NOTE_BYTES > room) return `${text}\n… and ${parts.length - index} more\n`;
    text += part;
  }
  return text;
}

function tableRow({ id, status, durationMs, bytes, why }: Row): string {
  const size = bytes === null ? '' : formatBytes(bytes);
  return `| <code>${escapeText(id)}</code> | ${status} | ${formatDuration(durationMs)} | ${size} | ${escapeText(why)} |\n`;
}

function failureText({ id, error, logFile }: Row): string {
  if (!error) return '';
  const { location, message, code, hint } = error;
  const place = location ? `${location.file}${location.line === undefined ? '' : `:${location.line}`}` : undefined;
  const details = [place, hint, logFile === null ? undefined : `whole log: ${logFile}`].filter((line) => line != null);
  const items = details.map((line) => `  - ${escapeText(line)}\n`).join('');
  return `- <code>${escapeText(id)}</code> ${code}: ${escapeText(message)}\n${items}`;
}

/** Nothing in it is Markdown or HTML, or ends a cell of the table: all but plain characters are written as numbers. */
function escapeText(text: string): string {
  const line = plainText(text).replaceAll(/\s+/g, ' ').trim();
  return line.replaceAll(/[!-+:-@[-`{-~]/g, (character) => `&#${character.charCodeAt(0)};`);
}
