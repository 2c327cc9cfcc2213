import type { Fate, Outcome, PowerCut } from './power-cut.js';
import type { NodeId, Step } from './volume.js';

type NamesStep = Extract<Step, { kind: 'names' }>;
type Random = () => number;

const FATES: readonly Fate[] = ['new', 'old', 'empty', 'zeros', 'half'];
const RANDOM_OUTCOMES = 12;

/**
 * What one power cut may leave, as far as it can be listed:
 * - any order: nothing that was open, all of it, each thing alone with what it stands on, all without one, any mixture;
 * - the order of a journal: names up to some moment, contents or not.
 * @param isRelevant leaves out changes that no check looks at, where each is taken alone
 */
export function* outcomesOf(
  cut: PowerCut,
  isRelevant: (step: NamesStep) => boolean,
  random: Random,
): Generator<Outcome> {
  const { openNames, openFiles } = cut;
  for (const fate of FATES) {
    yield { names: () => false, data: () => fate };
    yield { names: () => true, data: () => fate };
  }
  for (const step of openNames.filter(isRelevant)) {
    const foundation = standsOn(step, openNames);
    const before = new Set(openNames.slice(0, openNames.indexOf(step)));
    for (const fate of ['new', 'empty'] as const) {
      yield { names: (each) => foundation.has(each), data: () => fate };
      yield { names: (each) => each !== step, data: () => fate };
      yield { names: (each) => before.has(each), data: () => fate };
    }
  }
  for (const file of openFiles) {
    for (const fate of ['old', 'empty', 'half'] as const) {
      yield { names: () => true, data: (each) => (each === file ? fate : 'new') };
    }
  }
  for (let count = 0; count < RANDOM_OUTCOMES; count += 1) yield randomOutcome(cut, random);
}

/**
 * Of what a power cut may leave, what is not so when some more was certain: that, or part of it, is lost; with a rename
 * that was open anyway, or without; or all that was open is lost but for one change.
 */
export function* outcomesBeyond(cut: PowerCut, safer: PowerCut): Generator<Outcome> {
  const names = cut.openNames.filter((step) => cut.certainChanges(step) < safer.certainChanges(step));
  const files = new Set(cut.openFiles.filter((file) => !safer.openFiles.includes(file)));
  const renames = safer.openNames.filter(({ changes }) => changes.length > 1);
  for (const part of [names, ...names.map((step) => [step])]) {
    if (part.length === 0) continue;
    for (const also of [[], ...renames.map((step) => [step])]) {
      const lost = new Set([...part, ...also]);
      yield { names: (step) => !lost.has(step), data: () => 'new' };
    }
    const lost = new Set(part);
    for (const survivor of cut.openNames.filter((step) => !lost.has(step))) {
      yield { names: (step) => step === survivor, data: () => 'new' };
    }
  }
  for (const fate of FATES) {
    if (files.size > 0) yield { names: () => true, data: (node) => (files.has(node) ? fate : 'new') };
  }
}

/** A change, and the changes that made the folders it happens in. */
function standsOn(step: NamesStep, open: readonly NamesStep[]): ReadonlySet<NamesStep> {
  const found = new Set([step]);
  for (const { changes } of found) {
    for (const { folder } of changes) {
      for (const maker of open) if (maker.changes.some(({ node }) => node === folder)) found.add(maker);
    }
  }
  return found;
}

function randomOutcome({ openNames, openFiles }: PowerCut, random: Random): Outcome {
  const share = random();
  const names = new Set(openNames.filter(() => random() < share));
  const fates = new Map<NodeId, Fate>(openFiles.map((file) => [file, FATES[Math.floor(random() * FATES.length)]!]));
  return { names: (step) => names.has(step), data: (node) => fates.get(node) ?? 'new' };
}

/** Mulberry32 (public domain, T. Ettinger): numbers from 0 to 1 that are the same for the same seed. */
export function seededRandom(seed: number): Random {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
