// The helper process with the real keytar (see engine.ts).
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import self from 'node:process';
import { serve } from './serve.ts';
import { type Addon, KeyringFault } from './verbs.ts';

serve(load, self.platform);

async function load(): Promise<Addon> {
  try {
    // Its named exports are not all seen by an import.
    return (await import('keytar')).default;
  } catch (error) {
    throw why(error);
  }
}

/** keytar swallows the loader's reason: the addon is loaded once more to have it. */
function why(error: unknown): KeyringFault {
  const { resolve } = createRequire(import.meta.url);
  let folder: string;
  try {
    folder = dirname(resolve('keytar/package.json'));
  } catch {
    return new KeyringFault('no_addon', error);
  }
  const file = join(folder, 'prebuilds', `${self.platform}-${self.arch}`, 'keytar.node');
  if (!existsSync(file)) return new KeyringFault('no_build', error);
  try {
    self.dlopen({ exports: {} }, file);
  } catch (reason) {
    return new KeyringFault(self.platform === 'linux' && isGlibc() ? 'no_library' : 'no_build', reason);
  }
  return new KeyringFault('no_build', error);
}

/** The builds for musl are never chosen, and some are for another processor. */
function isGlibc(): boolean {
  // Otherwise it looks up the names of every address.
  Object.assign(self.report, { excludeNetwork: true });
  const { header } = self.report.getReport() as { header?: { glibcVersionRuntime?: string } };
  return header?.glibcVersionRuntime !== undefined;
}
