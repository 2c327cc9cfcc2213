/**
 * One of each way after the other, round by round, so that a busy moment of the machine hits all alike. A first round
 * warms up and does not count.
 * @param ways functions by name, each of which returns a number, or numbers by name (`{ wall, peak }`)
 * @returns what they returned in each round, by name
 */
export async function measureInTurn(ways, rounds, { warmUps = 1 } = {}) {
  const results = Object.fromEntries(Object.keys(ways).map((name) => [name, []]));
  for (let round = -warmUps; round < rounds; round += 1) {
    for (const [name, measure] of Object.entries(ways)) {
      const result = await measure();
      if (round >= 0) results[name].push(result);
    }
  }
  return results;
}

/** Rows of one of the numbers, for those that have it: `rowsOf(results, 'wall')`. */
export function rowsOf(results, field) {
  return Object.entries(results)
    .map(([name, each]) => ({ name, numbers: each.map((one) => one[field]) }))
    .filter(({ numbers }) => numbers.every((number) => number !== undefined));
}
