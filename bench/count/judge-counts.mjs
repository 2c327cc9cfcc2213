/** How far a count may be from today's, by its name. */
const ROOM = {
  'modules of Node loaded': (count) => (count === 0 ? 0 : count + 2),
  'file system calls': (count) => count * 1.1,
};

/**
 * What grew beyond its limit, a sentence each. A count without a limit, and a limit without a count, is told too: else a
 * new name would be a check that is gone.
 * @param counts numbers by name, by situation
 * @param limits the same shape
 */
export function judgeCounts(counts, limits) {
  const situations = [...new Set([...Object.keys(counts), ...Object.keys(limits)])];
  return situations.flatMap((situation) => judgeOne(situation, counts[situation] ?? {}, limits[situation] ?? {}));
}

function judgeOne(situation, counts, limits) {
  const names = [...new Set([...Object.keys(counts), ...Object.keys(limits)])];
  return names.flatMap((name) => {
    const [count, limit] = [counts[name], limits[name]];
    if (count === undefined) return [`${situation}: ${name} has a limit, but was not counted`];
    if (limit === undefined) return [`${situation}: ${name} has no limit; got ${count}`];
    return count <= limit ? [] : [`${situation}: ${name}: expected at most ${limit}, got ${count}`];
  });
}

/** How much more a count is for each package, and what it is without any, from runs with `few` and with `many`. */
export function perPackage(few, many) {
  const each = (many.count - few.count) / (many.packages - few.packages);
  return { each: Math.round(each * 100) / 100, fixed: Math.round(few.count - each * few.packages) };
}

/** Limits for what is so today. What the version of Node has a part in gets some room, all else none. */
export function limitsFor(counts) {
  const limitOf = (name, count) => Math.ceil((ROOM[name] ?? ((same) => same))(count));
  const limitsOf = (each) =>
    Object.fromEntries(Object.entries(each).map(([name, count]) => [name, limitOf(name, count)]));
  return Object.fromEntries(Object.entries(counts).map(([situation, each]) => [situation, limitsOf(each)]));
}
