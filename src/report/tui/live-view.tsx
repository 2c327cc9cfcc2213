import { Box, Text } from 'ink';
import { type ReactElement } from 'react';
import { formatBytes, formatDuration } from '../../support/human-units.js';
import { lastOverdraw, plainText } from '../foreign-text.js';
import type { LiveRow, WaitedFor } from './live-state.js';

export interface LiveViewProps {
  readonly rows: readonly LiveRow[];
  readonly finished: number;
  readonly started: number;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** More rows than this are only counted, so that the live part stays smaller than a terminal. */
const MOST_ROWS = 8;
const BAR_WIDTH = 20;

/** The packages at work and how far the run is; nothing when none is at work. */
export function LiveView({ rows, finished, started, now }: LiveViewProps): ReactElement | null {
  if (rows.length === 0) return null;
  const hidden = rows.length - MOST_ROWS;
  return (
    <Box flexDirection="column">
      {rows.slice(0, MOST_ROWS).map((row) => (
        <Row key={row.label} row={row} now={now} />
      ))}
      <Text dimColor>
        {finished} of {started} packages{hidden > 0 ? `, ${hidden} more at work` : ''}
      </Text>
    </Box>
  );
}

function Row({ row, now }: { readonly row: LiveRow; readonly now: number }): ReactElement {
  return (
    <Text wrap="truncate">
      <Text bold>{plainText(row.label).padEnd(20)}</Text> <Text color="cyan">{doing(row).padEnd(12)}</Text>{' '}
      {formatDuration(now - row.since).padEnd(9)} {row.download ? <Text>{progress(row.download)}</Text> : null}
      {row.waitsFor ? <Text dimColor>{holder(row.waitsFor)}</Text> : null}
    </Text>
  );
}

function doing(row: LiveRow): string {
  if (row.waitsFor) return 'waiting';
  return row.phase ?? (row.download ? 'fetch' : '');
}

/** What the process that we wait for does, in the words of its log where we read it. */
function holder({ owner, line }: WaitedFor): string {
  if (!owner) return 'for another process';
  const phase = owner.phase === null ? '' : ` in ${owner.phase}`;
  const said = line === null ? '' : `: ${plainText(lastOverdraw(line))}`;
  return `for process ${owner.pid} on ${plainText(owner.host)}${phase}${said}`;
}

function progress({ bytes, total }: { readonly bytes: number; readonly total: number | null }): string {
  if (total === null || total === 0) return formatBytes(bytes);
  const share = Math.min(1, bytes / total);
  const filled = Math.round(share * BAR_WIDTH);
  return `${'█'.repeat(filled)}${'░'.repeat(BAR_WIDTH - filled)} ${formatBytes(bytes)} of ${formatBytes(total)}`;
}
