import { appendFileSync, statSync } from 'node:fs';
import type { SummaryPage } from '../report/index.js';

/** GitHub refuses the page of a step that is larger, in bytes. */
const LARGEST_PAGE = 1024 * 1024;

/** The summary page of a job, as the runner wants it: a file that steps append to (GITHUB_STEP_SUMMARY). */
export function jobPage(file: string): SummaryPage {
  return {
    room: () => LARGEST_PAGE - (statSync(file, { throwIfNoEntry: false })?.size ?? 0),
    append: (markdown) => {
      try {
        appendFileSync(file, markdown);
      } catch {
        // A page that cannot be written is no reason for a run to fail.
      }
    },
  };
}
