// Counterparts of the tests, outside them: Node 20 runs no TypeScript, and vitest asserts in its own processes alone.
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

const outsideVitest = {
  name: 'outside vitest',
  resolveId: (id) => (id === 'vitest' ? '\0vitest' : undefined),
  load: (id) => (id === '\0vitest' ? 'export const expect = () => ({ toEqual() {} });' : undefined),
};

/** @returns the path of `test/support/<name>.ts` as a module that this Node runs */
export async function bundled(folder, name) {
  const file = join(folder, `${name}.mjs`);
  const bundle = await rolldown({
    input: fileURLToPath(new URL(`../support/${name}.ts`, import.meta.url)),
    platform: 'node',
    plugins: [outsideVitest],
  });
  await bundle.write({ file, format: 'esm' });
  await bundle.close();
  return file;
}
