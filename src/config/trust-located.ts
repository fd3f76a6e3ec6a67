import type { Opening } from './config.ts';
import type { Located } from './locate.ts';
import type { Document } from './read.ts';

/**
 * Has the person trust a file that was found in the current folder. Any other is left as it is.
 * @throws ConfigError `untrusted`
 */
export async function trustLocated(
  { file, stranger }: Located,
  document: Document,
  { home, platform, prompt, show }: Opening,
): Promise<void> {
  if (file === undefined || !stranger) return;
  const [{ checkTrust }, { trustFile }, { namedBy }] = await Promise.all([
    import('./trust.ts'),
    import('./trust-file.ts'),
    import('./trust-set.ts'),
  ]);
  await checkTrust({ file, set: namedBy(document.root), store: trustFile(home, platform), prompt, show });
}
