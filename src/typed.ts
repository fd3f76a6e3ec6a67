// Commands in hints: what a person copies must run as it stands, and must be no other command. Pure.

/** The words of a command, quoted for a POSIX shell where that is needed: a server chooses the names of its tools. */
export function typed(...words: string[]): string {
  return words.map(quote).join(' ');
}

/** A server as it was named on the command line. A URL's query can be a key, which no message shows. */
export function serverWord(name: string): string {
  if (!/^[a-z][a-z\d+.-]*:\/\//i.test(name)) return name;
  return URL.canParse(name) && new URL(name).search === '' ? name : 'URL';
}

function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
