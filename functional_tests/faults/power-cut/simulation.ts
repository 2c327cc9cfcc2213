import { outcomesBeyond, outcomesOf, seededRandom } from './outcomes.js';
import { PowerCut, type Survivors } from './power-cut.js';
import { brokenPromises, type Whole } from './promises.js';
import type { History, Step } from './volume.js';

export interface SimulationOptions {
  readonly cache: string;
  /** All that was ever complete. */
  readonly expected: Whole;
  /** What must be complete after a power cut at any time. */
  readonly kept: readonly string[];
  /** What must be complete after one at the very end, besides. */
  readonly keptAtEnd: readonly string[];
  /** Flushes that are taken not to have happened; only what they made certain is lost then. */
  readonly ignored?: ReadonlySet<Step>;
  /** Ends with the first broken promise. Default: false. */
  readonly stopsAtFirst?: boolean;
  readonly onState?: (survivors: Survivors) => void;
}

export interface SimulationResult {
  readonly cuts: number;
  readonly states: number;
  /** The first of them. */
  readonly broken: readonly string[];
}

const SEED = 20;
const MOST_BROKEN = 20;
/** The paths that the checks look at; what becomes of locks, logs and downloads matters to the runs that follow. */
const LOOKED_AT = /(^| )cache\/([^/ ]+( |$)|(assets|recipes|trash|quarantine)\/)/;

/** Lets the power fail after every step of a history, in every way that is listed, and asks what is promised then. */
export function simulate(history: History, options: SimulationOptions): SimulationResult {
  const { cache, expected, ignored, stopsAtFirst = false, onState } = options;
  const random = seededRandom(SEED);
  const broken = new Map<string, string>();
  let cuts = 0;
  let states = 0;
  for (const length of momentsOf(history)) {
    const isEnd = length === history.steps.length;
    cuts += 1;
    const cut = new PowerCut(history, length, ignored);
    const kept = isEnd ? [...options.kept, ...options.keptAtEnd] : options.kept;
    const outcomes = ignored
      ? outcomesBeyond(cut, new PowerCut(history, length))
      : outcomesOf(cut, ({ label }) => LOOKED_AT.test(label), random);
    for (const outcome of outcomes) {
      states += 1;
      const survivors = cut.survive(outcome);
      onState?.(survivors);
      for (const promise of brokenPromises(survivors, cache, { expected, kept })) {
        if (broken.size < MOST_BROKEN && !broken.has(promise)) broken.set(promise, where(history, length));
      }
      if (stopsAtFirst && broken.size > 0) return result();
    }
  }
  return result();

  function result(): SimulationResult {
    return { cuts, states, broken: [...broken].map(([promise, place]) => `${promise} (power cut after ${place})`) };
  }
}

/** After how many steps the power may fail, the last one first. After a flush no more is open than was before it. */
function momentsOf({ beginning, steps }: History): readonly number[] {
  const all = Array.from({ length: steps.length - beginning + 1 }, (_, index) => steps.length - index);
  return all.filter((length) => length === steps.length || steps[length - 1]?.kind !== 'flush');
}

function where(history: History, length: number): string {
  const last = history.steps.slice(0, length).findLast((step) => step.kind === 'names');
  return last?.kind === 'names' ? last.label : 'nothing';
}
