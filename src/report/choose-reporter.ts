import { isSwitchedOn } from '../support/switched-on.js';

export const REPORTER_NAMES = ['auto', 'tui', 'plain', 'json', 'github'] as const;
export type ReporterName = (typeof REPORTER_NAMES)[number];

export const COLOUR_CHOICES = ['auto', 'always', 'never'] as const;
export type ColourChoice = (typeof COLOUR_CHOICES)[number];

/** The stream that people read, and the environment that says how they like it. */
export interface Surroundings {
  readonly isTerminal: boolean;
  readonly env: Readonly<Record<string, string>>;
}

/**
 * Which reporter `--reporter auto` means: annotations on a GitHub runner, the live view on a terminal, plain lines
 * elsewhere. A reporter asked for by name is used wherever we are.
 */
export function chooseReporter(asked: ReporterName, { isTerminal, env }: Surroundings): Exclude<ReporterName, 'auto'> {
  if (asked !== 'auto') return asked;
  if (env['GITHUB_ACTIONS'] === 'true') return 'github';
  return isTerminal && !isSwitchedOn(env['CI']) && env['TERM'] !== 'dumb' ? 'tui' : 'plain';
}

/**
 * Whether to colour: `--color` first, then NO_COLOR (no-color.org: any value but the empty one), then FORCE_COLOR and
 * CLICOLOR_FORCE, then whether a terminal that understands colour reads along. CI logs count as no terminal.
 */
export function wantsColour(asked: ColourChoice, { isTerminal, env }: Surroundings): boolean {
  if (asked !== 'auto') return asked === 'always';
  if ((env['NO_COLOR'] ?? '') !== '') return false;
  const forced = env['FORCE_COLOR'];
  if (forced !== undefined) return isSwitchedOn(forced) || forced === '';
  if (isSwitchedOn(env['CLICOLOR_FORCE'])) return true;
  return isTerminal && env['TERM'] !== 'dumb' && !isSwitchedOn(env['CI']);
}
