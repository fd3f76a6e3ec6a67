import { readFileSync } from 'node:fs';

/** From package.json, which is always one folder above: in the checkout, in `dist`, in an installed package. */
export function version(): string {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
