// Both sides in turn.

/** Runs both sides so many rounds after one that is thrown away; gives pairs. */
export async function inTurn(rounds, ours, theirs) {
  const pairs = [];
  for (let round = 0; round <= rounds; round++) {
    const pair = [await ours(), await theirs()];
    if (round > 0) pairs.push(pair);
  }
  return pairs;
}

export function median(all) {
  return [...all].sort((a, b) => a - b)[all.length >> 1];
}

/** The median of each side. */
export function medians(pairs) {
  return [median(pairs.map(([ours]) => ours)), median(pairs.map(([, theirs]) => theirs))];
}
