import type { MissReason } from '../../events/index.js';
import type { Comparisons } from './comparisons.js';
import type { Difference } from './differences.js';
import { earlierBuilds, type EarlierBuild } from './earlier-builds.js';
import type { MissSubject } from './miss-subject.js';
import { showText } from './show-value.js';

/** A dependency before and after: its id and its key on either side. */
interface Pair {
  readonly before: DependencyKey | undefined;
  readonly after: DependencyKey | undefined;
}

interface DependencyKey {
  readonly id: string;
  readonly key: string;
}

/**
 * Tells of dependencies by what is different about them and not by their keys: `dependency zlib: 1.3 → 1.3.1`. One that
 * is there with other options, or in another version of its recipe, is the same dependency. Those come first that are
 * told by values: often the others have changed only because of them.
 */
export async function dependencyChanges(
  changes: readonly Difference[],
  now: MissSubject,
  comparisons: Comparisons,
): Promise<readonly MissReason[]> {
  const told = await Promise.all(pairsOf(changes).map((pair) => describePair(pair, now, comparisons)));
  return [...told.filter(isOfValues), ...told.filter((pair) => !isOfValues(pair))].map(({ reason }) => reason);
}

interface Told {
  readonly reason: MissReason;
  readonly values?: object | undefined;
}

function isOfValues({ values }: Told): boolean {
  return values !== undefined;
}

function pairsOf(changes: readonly Difference[]): readonly Pair[] {
  const sides = changes.map(({ path, before, after }): Pair => {
    const id = path.slice(1).join('.');
    const side = (key: unknown): DependencyKey | undefined => (typeof key === 'string' ? { id, key } : undefined);
    return { before: side(before), after: side(after) };
  });
  const partnerOf = ({ before, after }: Pair): Pair | undefined => {
    const name = familyOf((before ?? after)?.id ?? '');
    const lone = sides.filter(
      (each) => !(each.before && each.after) && familyOf((each.before ?? each.after)?.id ?? '') === name,
    );
    // Of several variants nobody knows which became which.
    const [one, other] = lone;
    return lone.length === 2 && one && other && !one.before !== !other.before ? (one.before ? other : one) : undefined;
  };
  return sides.flatMap((pair): readonly Pair[] => {
    if (pair.before && pair.after) return [pair];
    const partner = partnerOf(pair);
    if (!partner) return [pair];
    return pair.before ? [{ before: pair.before, after: partner.after }] : [];
  });
}

async function describePair({ before, after }: Pair, parent: MissSubject, comparisons: Comparisons): Promise<Told> {
  const id = (after ?? before)?.id ?? '';
  const name = `dependency ${shortName(id)}`;
  const facts = { kind: 'dependency', name: id, location: null, because: [] } as const;
  if (!before || !after) {
    const text = `${name} ${before ? 'removed' : 'added'}`;
    return { reason: { ...facts, before: before?.id ?? null, after: after?.id ?? null, text } };
  }
  const now = await parent.dependency(after.key);
  const builds = await earlierBuilds(comparisons.layout, identityOf(before.id));
  const earlier = builds.find(({ key }) => key === before.key);
  const because = now && earlier ? await comparisons.between(earlier, now) : [];
  const values = valuesOf({ before, after }, earlier, now);
  const [left, right] = values ? [values.before, values.after] : [before.key, after.key];
  const text = values ? `${name}: ${showText(left)} → ${showText(right)}` : `${name} changed${inShort(because)}`;
  return { values, reason: { ...facts, before: left, after: right, because, text } };
}

/** The versions of the tool, else those of the recipe, else what else the ids say; undefined where all is the same. */
function valuesOf(
  { before, after }: { readonly before: DependencyKey; readonly after: DependencyKey },
  earlier: EarlierBuild | undefined,
  now: MissSubject | undefined,
): Pick<MissReason, 'before' | 'after'> | undefined {
  const candidates = [
    [earlier?.toolVersion ?? undefined, now?.version ?? undefined],
    [recipeVersionOf(before.id), recipeVersionOf(after.id)],
    [before.id.slice(identityOf(before.id).length), after.id.slice(identityOf(after.id).length)],
  ] as const;
  const telling = candidates.find(([left, right]) => left !== undefined && right !== undefined && left !== right);
  return telling && { before: telling[0] || 'no options', after: telling[1] || 'no options' };
}

/** The reason that says most, and how many more there are. */
function inShort([first, ...others]: readonly MissReason[]): string {
  if (!first) return '';
  return `: ${originOf(first).text}${others.length === 0 ? '' : ` and ${others.length} more`}`;
}

/** Where a change that came down a chain of dependencies began; what lies between says nothing. */
function originOf(reason: MissReason): MissReason {
  let origin = reason;
  for (let [next] = origin.because; isOfKeys(origin) && next?.kind === 'dependency'; [next] = next.because)
    origin = next;
  return origin;
}

function isOfKeys({ before }: MissReason): boolean {
  return typeof before === 'string' && /^[0-9a-f]{64}$/.test(before);
}

/** An id is an identity, and options in braces. */
function identityOf(id: string): string {
  return id.replace(/\{.*$/s, '');
}

function familyOf(id: string): string {
  return identityOf(id).replace(/@.*$/s, '');
}

function shortName(id: string): string {
  const family = familyOf(id);
  return family.slice(family.indexOf('.') + 1);
}

function recipeVersionOf(id: string): string {
  const identity = identityOf(id);
  return identity.slice(identity.indexOf('@') + 1);
}
