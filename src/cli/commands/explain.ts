import {
  ERROR_CODES,
  EXIT,
  explainCodes,
  FettleError,
  withoutLinks,
  type CodeExplanation,
} from '../../errors/index.js';
import { didYouMean } from '../../support/nearest-name.js';
import type { Invocation } from '../invocation.js';

/**
 * `fettle explain [CODE]`: what a code means and what to do; without one, all of them.
 * @throws FettleError E_USAGE when there is no such code
 */
export function explain(
  invocation: Invocation,
  name: string | undefined,
  options: { readonly json?: boolean },
): number {
  const all = explainCodes();
  const chosen = name === undefined ? all : [requireCode(all, name)];
  const text = name === undefined ? asList(all) : chosen.map(asText).join('');
  invocation.streams.out(options.json === true ? `${JSON.stringify({ codes: chosen.map(asJson) })}\n` : text);
  return EXIT.ok;
}

/** People write `checksum` for E_CHECKSUM. */
function requireCode(all: readonly CodeExplanation[], name: string): CodeExplanation {
  const wanted = name.toUpperCase().replace(/^(?!E_)/, 'E_');
  const found = all.find(({ code }) => code === wanted);
  if (found) return found;
  throw new FettleError('E_USAGE', `There is no error code ${name}.`, {
    hint: didYouMean(wanted, Object.keys(ERROR_CODES)) ?? 'Run "fettle explain" for all of them.',
  });
}

function asText({ code, meaning, remedy, exitCode, exitClass }: CodeExplanation): string {
  return [
    code,
    `  ${meaning}`,
    '',
    '  What to do',
    `  ${withoutLinks(remedy)}`,
    '',
    `  Exit code ${exitCode} (${exitClass})`,
    '',
  ].join('\n');
}

function asList(all: readonly CodeExplanation[]): string {
  const width = Math.max(...all.map(({ code }) => code.length));
  return all.map(({ code, meaning }) => `${code.padEnd(width)}  ${meaning}\n`).join('');
}

function asJson({ code, group, exitCode, exitClass, meaning, remedy }: CodeExplanation): object {
  return { code, group, exit_code: exitCode, exit_class: exitClass, meaning, remedy };
}
