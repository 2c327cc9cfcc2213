import type { Wheel } from './distribution.js';
import { rankPlatformTag, type WheelPlatform } from './wheel-platform.js';

/** How well a wheel fits, most telling number first; higher is better everywhere. */
type Fitness = readonly number[];

/**
 * The wheel to take, or undefined when none fits. Wheels are fetched here for the programs in them, with no Python
 * interpreter in view. So the order is: programs for this platform that need no certain Python (`py3-none-<platform>`),
 * then `py3-none-any`, then the stable ABI (lowest Python first, as it suits the most), then one Python's own ABI (newest
 * first). Among equals: the platform tag pip prefers, the higher build number, the name.
 */
export function chooseWheel<File extends { readonly wheel: Wheel; readonly fileName: string }>(
  files: readonly File[],
  platform: WheelPlatform,
): File | undefined {
  const fitting = files.flatMap((file) => {
    const fitness = fitnessOf(file.wheel, platform);
    return fitness ? [{ file, fitness }] : [];
  });
  fitting.sort((left, right) => compareFitness(right.fitness, left.fitness) || compareNames(left.file, right.file));
  return fitting[0]?.file;
}

/** The best of all the tag triples that a wheel's compressed tag sets stand for. */
function fitnessOf(wheel: Wheel, platform: WheelPlatform): Fitness | undefined {
  const ranks = wheel.platform.map((tag) => rankPlatformTag(tag, platform)).filter((rank) => rank !== undefined);
  if (ranks.length === 0) return undefined;
  const platformRank = Math.max(...ranks);
  const interpreters = wheel.python.flatMap((python) =>
    wheel.abi.flatMap((abi) => interpreterFitness(python, abi, platformRank > 0) ?? []),
  );
  const [best] = interpreters.sort((left, right) => compareFitness(right, left));
  return best && [...best, platformRank, wheel.build[0]];
}

/** Class of the Python and ABI tags, then how good their version is within it; a list of one, to be flattened. */
function interpreterFitness(python: string, abi: string, isBinary: boolean): [Fitness] | undefined {
  const [, implementation, digits = ''] = /^(py|cp)(\d+)$/.exec(python) ?? [];
  if (implementation === undefined || !digits.startsWith('3')) return undefined;
  const minor = Number(digits.slice(1));
  if (implementation === 'py') return abi === 'none' ? [[isBinary ? 4 : 3, -minor]] : undefined;
  if (abi === 'abi3' || abi === 'none') return [[2, -minor]];
  if (abi === python || abi === `${python}m`) return [[1, minor]];
  return abi === `${python}t` ? [[0, minor]] : undefined;
}

function compareFitness(left: Fitness, right: Fitness): number {
  for (const [index, value] of left.entries()) {
    const difference = value - (right[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** By code unit, so that the choice is the same under every locale; a later build suffix comes first. */
function compareNames(left: { wheel: Wheel; fileName: string }, right: { wheel: Wheel; fileName: string }): number {
  return compareText(right.wheel.build[1], left.wheel.build[1]) || compareText(left.fileName, right.fileName);
}

function compareText(left: string, right: string): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}
