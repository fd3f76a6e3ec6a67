// The comparison at the end of a run: everything collected against every secret, in every form it could hide in.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Collected, Registered } from './secrets.ts';

export type Finding = { kind: string; form: string; where: string; around: string };
type Needle = { kind: string; form: string; text: string };

/** Every needle is at least this long, and is found by its first characters. */
const stem = 8;

/** All findings of the run collected in `folder`; at most one per secret and place. */
export function findSecrets(folder: string): Finding[] {
  const index = indexed(lines<Registered>(join(folder, 'secrets')));
  const exempt = new Set(lines<{ path: string }>(join(folder, 'exempt')).map(({ path }) => path));
  const findings = lines<Collected>(join(folder, 'outputs')).flatMap(({ where, text }) =>
    scan(index, where, text),
  );
  for (const path of files(join(folder, 'searched'))) {
    if (exempt.has(path)) continue;
    findings.push(...scan(index, `the name ${path}`, path));
    findings.push(...scan(index, path, readFileSync(path, 'latin1')));
  }
  return findings;
}

/** Throws with one line a finding, if there are any. */
export function assertNoSecrets(folder: string): void {
  const findings = findSecrets(folder);
  if (findings.length === 0) return;
  const list = findings.map(({ kind, form, where, around }) => `  ${kind} (${form}) in ${where}: ${around}`);
  throw new Error(`secrets were found in what the suite wrote\n${list.join('\n')}`);
}

/** How a secret may be written: as it is, escaped, percent-encoded, and inside base64 at each of its three offsets. */
export function forms(secret: string): Record<string, string> {
  const percent = encodeURIComponent(secret);
  const found: Record<string, string> = {
    plain: secret,
    json: JSON.stringify(secret).slice(1, -1),
    html: secret
      .replaceAll('&', '&amp;')
      .replaceAll('<', '&lt;')
      .replaceAll('>', '&gt;')
      .replaceAll('"', '&quot;'),
    percent,
    'percent, lower case': percent.replaceAll(/%../g, (code) => code.toLowerCase()),
    form: new URLSearchParams({ s: secret }).toString().slice(2),
    hex: Buffer.from(secret).toString('hex'),
  };
  for (const offset of [0, 1, 2]) {
    const text = base64Core(secret, offset);
    found[`base64 at ${offset}`] = text;
    found[`base64url at ${offset}`] = text.replaceAll('+', '-').replaceAll('/', '_');
  }
  return found;
}

/** The characters that base64 gives to `secret` whatever stands before (`offset` bytes, modulo 3) and after it. */
function base64Core(secret: string, offset: number): string {
  const bytes = Buffer.concat([Buffer.alloc(offset), Buffer.from(secret)]);
  const text = bytes.toString('base64').replaceAll('=', '');
  return text.slice(Math.ceil((offset * 8) / 6), bytes.length % 3 === 0 ? undefined : -1);
}

function indexed(secrets: Registered[]): Map<string, Needle[]> {
  const index = new Map<string, Needle[]>();
  const seen = new Set<string>();
  for (const { kind, value } of secrets) {
    for (const [form, text] of Object.entries(forms(value))) {
      if (text.length < stem || seen.has(text)) continue;
      seen.add(text);
      const key = text.slice(0, stem);
      index.set(key, [...(index.get(key) ?? []), { kind, form, text }]);
    }
  }
  return index;
}

function scan(index: Map<string, Needle[]>, where: string, text: string): Finding[] {
  const found = new Map<string, Finding>();
  for (let at = 0; at + stem <= text.length; at++) {
    for (const { kind, form, text: needle } of index.get(text.slice(at, at + stem)) ?? []) {
      if (found.has(needle) || !text.startsWith(needle, at)) continue;
      found.set(needle, {
        kind,
        form,
        where,
        around: JSON.stringify(text.slice(Math.max(0, at - 40), at + 12)),
      });
    }
  }
  return [...found.values()];
}

function lines<T>(folder: string): T[] {
  return files(folder).flatMap((path) =>
    readFileSync(path, 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as T),
  );
}

function files(folder: string): string[] {
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
