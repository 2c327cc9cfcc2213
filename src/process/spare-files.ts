import { closeSync, openSync } from 'node:fs';
import { devNull } from 'node:os';

/** Both ends of the pipes of three streams, and those over which the system tells that a program could not be started. */
const NEEDED_TO_START = 10;

/**
 * Throws EMFILE when no program can be started for want of open files. Node tells of that by an event which comes too
 * early for anybody to listen, and ends the process.
 */
export function assertSpareFiles(): void {
  const opened: number[] = [];
  try {
    while (opened.length < NEEDED_TO_START) opened.push(openSync(devNull, 'r'));
  } finally {
    for (const descriptor of opened) closeSync(descriptor);
  }
}
