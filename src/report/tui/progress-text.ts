import { formatBytes, formatRate } from '../../support/human-units.js';
import type { Style } from '../style.js';
import { cutTo } from './cells.js';
import type { LiveDownload, LiveRow } from './live-work.js';

/** Widths of the widest texts: `999 kB of 999 MB`, `8.1 MB/s`, `100%`. Fixed, so that a row does not jump. */
const SIZES = 16;
const SPEED = 8;
const SHARE = 4;

/** As much as there is room for: bar, sizes and speed; a short bar; the share alone. */
export function downloadText(download: LiveDownload, room: number, style: Style): string {
  const { bytes, total, speed } = download;
  const rate = (speed === null ? '' : formatRate(speed, 1000)).padStart(SPEED);
  if (total === null || total === 0) {
    const size = formatBytes(bytes);
    return room >= SIZES + 2 + SPEED ? `${size.padEnd(SIZES)}  ${rate}` : cutTo(size, room);
  }
  const share = Math.min(1, bytes / total);
  const percent = `${Math.floor(share * 100)}%`.padStart(SHARE);
  if (room >= 20 + 1 + SIZES + 2 + SPEED) {
    return `${bar(share, 20, style)} ${`${formatBytes(bytes)} of ${formatBytes(total)}`.padEnd(SIZES)}  ${rate}`;
  }
  if (room >= 10 + 1 + SHARE + 1 + SPEED) return `${bar(share, 10, style)} ${percent} ${rate}`;
  return room >= SHARE + 1 + SPEED ? `${percent} ${rate}` : cutTo(percent.trim(), room);
}

export function extractionText({ files, bytes }: NonNullable<LiveRow['extraction']>): string {
  return `${files} files, ${formatBytes(bytes)}`;
}

function bar(share: number, width: number, style: Style): string {
  const filled = Math.round(share * width);
  return `${style.cyan('█'.repeat(filled))}${style.dim('░'.repeat(width - filled))}`;
}
