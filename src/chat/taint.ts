// Where the text of a call's arguments came from. A server can have a model carry text to another one: what somebody
// wrote into a page would go out in a mail. This finds what was carried as it was; what a model rewrites it cannot see.

/** Characters, blanks squeezed, of a stretch that two texts do not share by chance. */
const STRETCH = 24;
/** Of a value that stands as a whole in what a server said. */
const WHOLE = 12;
/** Characters of arguments, and of each server's output (its latest), that are looked at. */
const MOST = 200_000;
const MOST_OUTPUT = 4_000_000;

/** What a server has said in this conversation, oldest first. */
export type Said = { server: string; text: string };

/**
 * The servers, other than `server`, whose output the arguments repeat: a stretch of 24 characters, or a whole value
 * of 12. What the person wrote themselves counts as theirs. Arguments too long to look at come from everybody. Pure.
 */
export function carriedFrom(
  server: string,
  args: Record<string, unknown>,
  said: readonly Said[],
  typed: readonly string[],
): string[] {
  const values = leaves(args).map(squeezed);
  const others = [...new Set(said.map((each) => each.server))].filter((each) => each !== server);
  if (others.length === 0) return [];
  if (values.reduce((size, value) => size + value.length, 0) > MOST) return others;
  const own = typed.map(squeezed).join('\n');
  const wholes = values.filter((value) => value.length >= WHOLE && !own.includes(value));
  const stretches = new Set<string>();
  for (const value of values) for (const each of windows(value)) stretches.add(each);
  for (const each of windows(own)) stretches.delete(each);
  if (wholes.length === 0 && stretches.size === 0) return [];
  return others.filter((other) => {
    const text = squeezed(
      said
        .filter((each) => each.server === other)
        .map((each) => each.text)
        .join('\n')
        .slice(-MOST_OUTPUT),
    );
    if (wholes.some((value) => text.includes(value))) return true;
    for (const each of windows(text)) if (stretches.has(each)) return true;
    return false;
  });
}

function* windows(text: string): Generator<string> {
  for (let at = 0; at + STRETCH <= text.length; at++) yield text.slice(at, at + STRETCH);
}

function squeezed(text: string): string {
  return text.normalize('NFKC').toLowerCase().replace(/\s+/g, ' ').trim();
}

/** Every text in it, the names of members as well, numbers as they are written. */
function leaves(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value === 'number') return [String(value)];
  if (typeof value !== 'object' || value === null) return [];
  if (Array.isArray(value)) return value.flatMap(leaves);
  return Object.entries(value).flatMap(([key, each]) => [key, ...leaves(each)]);
}
