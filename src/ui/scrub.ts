// What is fit to be attached to a public report: no secret, no query, nobody's home folder, no name of a user.
import { MASK, redact } from './redact.ts';
import { sanitize } from './sanitize.ts';

type Scrubbing = {
  home: string;
  secrets: readonly string[];
  /** The server's: of one that is named by its URL it has the path in it. */
  name: string;
  /** What private things are called, by what stands in their place: filled while they are found. Absent: they are shown. */
  aliases?: Aliases;
};

export type Aliases = {
  /** Another one for each word; words of a kind are numbered. Loopback needs none. */
  add(kind: string, word: string): void;
  /** `text` with its hosts, and all that was added, under their aliases. */
  apply(text: string): string;
};

const URLS = /\b[a-z][a-z0-9+.-]*:\/\/[^\s"'<>`]+/gi;
/** What ends a sentence or a bracket, and no URL. */
const TAIL = /[).,;:\]]+$/;
const HOMES = /([/\\](?:home|Users)[/\\])[^/\\\s"':,;)]+/gi;
/** Some servers have a key in their path. Names of documents have no digits. */
const LIKE_A_KEY = /^(?=.*\d)[\w~.%=-]{16,}$/;

/** One line, safe for a terminal and for strangers. */
export function scrub(text: string, { home, secrets, name, aliases }: Scrubbing): string {
  const masked = redact(text, secrets).replaceAll(name, barePath(name));
  const named = aliases ? aliases.apply(masked) : masked;
  return sanitize(withoutHome(named.replace(URLS, bareUrl), home));
}

/** The same for text of several lines. */
export function scrubLines(text: string, scrubbing: Scrubbing): string {
  return text
    .split('\n')
    .map((line) => scrub(line, scrubbing))
    .join('\n');
}

function bareUrl(found: string): string {
  const tail = TAIL.exec(found)?.[0] ?? '';
  const text = found.slice(0, found.length - tail.length);
  if (!URL.canParse(text)) return `${MASK}${tail}`;
  const { protocol, host, pathname } = new URL(text);
  const path = pathname === '/' && !text.endsWith('/') ? '' : barePath(pathname);
  return `${protocol}//${host}${path}${tail}`;
}

/** A path, or a server's name that has one, without what looks like a key. */
function barePath(path: string): string {
  return path
    .split('/')
    .map((part) => (LIKE_A_KEY.test(part) ? MASK : part))
    .join('/');
}

function withoutHome(text: string, home: string): string {
  const forms = [home, home.replaceAll('\\', '/')].filter((each) => each.length > 1);
  const short = forms.reduce((before, each) => replaceFolder(before, each, '~'), text);
  // Of other users, and of this one by another way.
  return short.replace(HOMES, `$1${MASK}`);
}

/** A folder, and not one whose name only begins like it. */
function replaceFolder(text: string, folder: string, instead: string): string {
  return text.replace(new RegExp(`(?<![\\w.-])${literally(folder)}(?![\\w-]|\\.\\w)`, 'gi'), () => instead);
}

/** A name, also between dots: what is below a private host is as private. */
function replaceName(text: string, name: string, instead: string): string {
  return text.replace(new RegExp(`(?<![\\w-])${literally(name)}(?![\\w-])`, 'gi'), () => instead);
}

function literally(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

const LOOPBACK = /^(localhost|127(\.\d+){3}|::1|\[::1\]|0\.0\.0\.0)$/i;

export function openAliases(): Aliases {
  const known = new Map<string, string>();
  const counts = new Map<string, number>();
  const add = (kind: string, word: string) => {
    const key = word.toLowerCase();
    if (key === '' || known.has(key) || LOOPBACK.test(key)) return;
    const count = (counts.get(kind) ?? 0) + 1;
    counts.set(kind, count);
    known.set(key, `${kind}-${count}`);
  };
  return {
    add,
    apply(text) {
      for (const [found] of text.matchAll(URLS)) {
        const url = found.replace(TAIL, '');
        if (URL.canParse(url)) add('host', new URL(url).hostname);
      }
      // The longer ones first: a host can be a part of another.
      const words = [...known].sort(([one], [other]) => other.length - one.length);
      return words.reduce((before, [word, alias]) => replaceName(before, word, alias), text);
    },
  };
}
