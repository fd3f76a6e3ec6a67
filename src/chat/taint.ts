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
  const stretches = stretchesOf(values);
  for (const each of shared(own, stretches)) stretches.all.delete(each);
  if (wholes.length === 0 && stretches.all.size === 0) return [];
  return others.filter((other) => {
    const text = squeezed(
      said
        .filter((each) => each.server === other)
        .map((each) => each.text)
        .join('\n')
        .slice(-MOST_OUTPUT),
    );
    if (wholes.some((value) => text.includes(value))) return true;
    return shared(text, stretches).next().done !== true;
  });
}

/** All stretches of some values, and a table of which hashes they have. */
type Stretches = { all: Set<string>; hashes: Uint8Array };

/** Of the 32 bits of a hash, so many are left out. */
const SHIFT = 11;
const FACTOR = 0x01000193;
/** What a character counts for that has just left the stretch. */
const LEAVING = Array.from({ length: STRETCH }).reduce<number>((power) => Math.imul(power, FACTOR), 1);

function stretchesOf(values: readonly string[]): Stretches {
  const all = new Set<string>();
  const hashes = new Uint8Array(2 ** (32 - SHIFT));
  for (const value of values)
    for (const [end, hash] of ends(value)) {
      all.add(value.slice(end - STRETCH, end));
      hashes[hash] = 1;
    }
  return { all, hashes };
}

/** The stretches of a text that are among `stretches`, as they come. */
function* shared(text: string, { all, hashes }: Stretches): Generator<string> {
  for (const [end] of ends(text, hashes)) {
    const stretch = text.slice(end - STRETCH, end);
    if (all.has(stretch)) yield stretch;
  }
}

/**
 * Where each stretch of a text ends, and its hash; with `wanted`, where that has the hash alone. The hash goes along
 * with the text: making each of a server's stretches would cost fifty times as much, and one character can become 18.
 */
function* ends(text: string, wanted?: Uint8Array): Generator<[end: number, hash: number]> {
  let hash = 0;
  for (let at = 0; at < text.length; at++) {
    hash = (Math.imul(hash, FACTOR) + text.charCodeAt(at)) | 0;
    if (at >= STRETCH) hash = (hash - Math.imul(text.charCodeAt(at - STRETCH), LEAVING)) | 0;
    if (at + 1 < STRETCH) continue;
    const short = hash >>> SHIFT;
    if (wanted === undefined || wanted[short] === 1) yield [at + 1, short];
  }
}

/** Marks in a row that are put in order: the time for it is their square (UAX #15, Stream-Safe Text Format). */
const ORDERED = /[\p{M}\uff9e\uff9f]{30}/gu;

function squeezed(text: string): string {
  const safe = text.replace(ORDERED, '$&\u034f');
  // A single blank stays as it is: to put each in the place of itself costs more than all else here.
  return safe
    .normalize('NFKC')
    .toLowerCase()
    .replace(/\s{2,}|[^\S ]/g, ' ')
    .trim();
}

/** Every text in it, the names of members as well, numbers as they are written. */
function leaves(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value === 'number') return [String(value)];
  if (typeof value !== 'object' || value === null) return [];
  if (Array.isArray(value)) return value.flatMap(leaves);
  return Object.entries(value).flatMap(([key, each]) => [key, ...leaves(each)]);
}
