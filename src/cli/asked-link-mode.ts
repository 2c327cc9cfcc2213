import { FettleError } from '../errors/index.js';
import { LINK_MODES, type EnvironmentRecord, type LinkMode } from '../project/index.js';
import type { Invocation } from './invocation.js';

/**
 * How this call wants packages to be taken into the project; undefined: as the last sync did.
 * @throws FettleError E_USAGE for what FETTLE_LINK cannot be
 */
export function askedLinkMode({ host }: Invocation, option: LinkMode | undefined): LinkMode | undefined {
  const text = host.env['FETTLE_LINK'];
  if (option !== undefined || text === undefined || text === '') return option;
  const mode = LINK_MODES.find((each) => each === text);
  if (mode !== undefined) return mode;
  throw new FettleError('E_USAGE', `FETTLE_LINK is no way of linking: ${text}`, {
    facts: { expected: LINK_MODES, got: text },
  });
}

/** Only a whole run may change it: else some packages would be used here and some there. */
export function linkModeOf(
  isWhole: boolean,
  asked: LinkMode | undefined,
  previous: EnvironmentRecord | undefined,
): LinkMode {
  const recorded = previous && (previous.link ?? 'none');
  return (isWhole ? (asked ?? recorded) : (recorded ?? asked)) ?? 'none';
}
