// One foreign sign-in, from the question whose it is to the emptied source.
import type { Found, Source } from '../adopt/found.ts';
import { bare, describeFound, type Outcome } from '../adopt/outcome.ts';
import type { HttpEntry } from '../config/entry.ts';
import { StoreError, UsageError } from '../errors.ts';
import { typed } from '../typed.ts';
import { usualPlace } from './foreign.ts';
import { askUrl, type How } from './import-how.ts';
import { refuseProvided } from './target.ts';
import type { Workspace } from './workspace.ts';

export type Job = {
  workspace: Workspace;
  source: Source;
  peer: string;
  /** Undefined: nothing is written. */
  how: How | undefined;
  force: boolean;
  /** The servers were named, not guessed. */
  named: boolean;
};

export async function takeOver(
  job: Job,
  found: Found,
  entry: HttpEntry,
  by: 'url' | 'name',
): Promise<Outcome> {
  const { workspace, source, how } = job;
  const [{ bindGrant }, { findOwn, isSame, keepGrant }] = await Promise.all([
    import('../auth/adopt.ts'),
    import('../auth/keep-grant.ts'),
  ]);
  const told = { ...describeFound(found), server: entry.name, url: bare(entry.url) };
  await refuseProvided(workspace, entry, 'import');
  if (by === 'name' && !job.named && (how === undefined || !(await askUrl(workspace, entry)))) {
    return { ...told, state: 'not_named', why: 'the file does not say for which URL it is: name the server' };
  }
  const auth = await workspace.auth(entry);
  const store = await workspace.store();
  const before = await findOwn(auth, found.adopt !== undefined || job.peer === 'python');
  const inOurPlace = found.where === (await usualPlace(workspace)).where(before.key);
  const signedIn = before.record?.tokens !== undefined && !job.force && !isSame(before.record, found);
  if (signedIn) {
    if (job.named) throw alreadySignedIn(entry);
    return { ...told, state: 'signed_in', why: 'it is signed in already; --force replaces that' };
  }
  const record = await bindGrant(auth, found, before.record);
  if (how === undefined) return { ...told, state: 'would_import' };
  if (how === 'copy' && inOurPlace && !found.adopt) throw onePlace(found);
  await store.ready();
  // Whoever renewed it meanwhile has ended what was read.
  if (!(await source.holds(found))) throw changed(entry);
  const overForeign = inOurPlace;
  const kept = await keepGrant(auth, record, { force: job.force, overForeign, adopt: found.adopt });
  if (kept === 'signed_in') return { ...told, state: 'signed_in', why: 'somebody signed in meanwhile' };
  if (kept === 'changed') throw changed(entry);
  if (found.adopt) return { ...told, state: 'shared' };
  if (how === 'move' && (await emptied(source, found, entry))) return { ...told, state: 'moved' };
  return { ...told, state: 'copied', ...warningOf(told.rotates, how) };
}

async function emptied(source: Source, found: Found, { name }: HttpEntry): Promise<boolean> {
  try {
    return await source.remove(found);
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    const { message, hint } = error;
    throw new StoreError('not_emptied', `the sign-in to ${name} was copied, and not moved: ${message}`, {
      hint: [hint, 'then do the same again: until then two programs hold one sign-in'].join('\n'),
      server: name,
    });
  }
}

function warningOf(rotates: Outcome['rotates'], how: How): Pick<Outcome, 'warning'> {
  if (how === 'move')
    return {
      warning:
        'the source changed meanwhile and was left as it is: which of the two is good, its next use shows',
    };
  if (rotates === 'none') return {};
  const sure = rotates === 'assumed' ? 'ends' : 'may end';
  return {
    warning: `two programs hold one refresh token: whichever renews first ${sure} the other's sign-in`,
  };
}

function alreadySignedIn({ name }: HttpEntry): UsageError {
  return new UsageError('already_signed_in', `${name} is signed in already`, {
    hint: `see: ${typed('mcp-cli', 'auth', 'status', name)}\nadd --force to replace that sign-in`,
    server: name,
  });
}

function onePlace({ where }: Found): UsageError {
  return new UsageError('one_place', `a copy would take the place of the original: ${where}`, {
    hint: 'add --move instead of --copy, or keep ours elsewhere with --token-backend',
  });
}

function changed({ name }: HttpEntry): StoreError {
  return new StoreError(
    'conflict',
    `the sign-in to ${name} was changed by another program at the same time`,
    {
      hint: 'end that program, and try again',
      server: name,
    },
  );
}
