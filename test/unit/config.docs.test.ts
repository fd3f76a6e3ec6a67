import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ENTRY, IDP, OAUTH, REGISTRATION, ROOT, STORAGE, VAULT } from '../../src/config/keys.ts';

it('the documentation names every key and every synonym', async () => {
  const text = await readFile(join(import.meta.dirname, '../../docs/configuration.md'), 'utf8');
  const prose = text.replace(/```[\s\S]*?```/g, '');
  const words = new Set([...prose.matchAll(/`([^`]+)`/g)].flatMap(([, code = '']) => code.split(/[^\w$]+/)));
  const camel = (name: string) => name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
  const missing = [ROOT, ENTRY, OAUTH, REGISTRATION, IDP, STORAGE, VAULT]
    .flatMap((table) => Object.entries(table).flatMap(([own, synonyms]) => [own, ...synonyms]))
    // Written there as "also `…_endpoint`".
    .filter((name) => !name.endsWith('_endpoint') && !words.has(name) && !words.has(camel(name)));
  expect(missing).toEqual([]);
});
