// A leaf, like errors and deps: every room that names something a person typed may suggest what was meant.

/** Optimal string alignment distance: a swap of neighbours counts as one slip, because fingers make it as one. */
function distance(a: string, b: string): number {
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const line = [row];
    for (let column = 1; column <= b.length; column++) {
      const same = a[row - 1] === b[column - 1];
      let cost = Math.min(
        (last[column] ?? 0) + 1,
        (line[column - 1] ?? 0) + 1,
        (last[column - 1] ?? 0) + (same ? 0 : 1),
      );
      if (row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]) {
        cost = Math.min(cost, (before[column - 2] ?? 0) + 1);
      }
      line.push(cost);
    }
    before = last;
    last = line;
  }
  return last[b.length] ?? 0;
}

/** How many names are looked at: a server can have a hundred thousand, and each of them costs something. */
const MOST = 2_000;

/** The known name that `typed` was probably meant to be, or undefined if none is near enough to be worth a guess. */
export function nearest(typed: string, known: Iterable<string>): string | undefined {
  const wanted = typed.toLowerCase().slice(0, 100);
  if (wanted === '') return undefined;
  let best: string | undefined;
  let score = Math.max(1, Math.ceil(wanted.length * 0.4)) + 0.5;
  let looked = 0;
  for (const name of known) {
    if (++looked > MOST) break;
    if (name === typed || name.length > 200) continue;
    const candidate = name.toLowerCase();
    // A beginning that fits is a better guess than its length says: `call` for `call_tool`.
    const found = wanted.length > 2 && candidate.startsWith(wanted) ? 0.5 : distance(wanted, candidate);
    if (found < score) {
      best = name;
      score = found;
    }
  }
  return best;
}
