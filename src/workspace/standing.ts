// How one server stands: for `auth status`, and for the first lines of a session.

import { unexpected } from '../auth/expect.ts';
import { findRecord } from '../auth/keep.ts';
import { describeRecord } from '../auth/status.ts';
import { StoreError } from '../errors.ts';
import { errorJson } from '../ui/report.ts';
import type { Standing } from '../ui/standings.ts';
import type { Workspace } from './workspace.ts';

export async function standing(workspace: Workspace, name: string): Promise<Standing> {
  const entry = await workspace.entry(name);
  if (entry.kind === 'stdio') return { server: name, state: 'stdio' };
  const given = await workspace.provided(entry);
  if (given)
    return {
      server: name,
      state: given.value === undefined ? 'header' : 'environment',
      source: given.source,
    };
  if (entry.oauth?.enabled === false) return { server: name, state: 'none' };
  const owner = { server: entry.name, ...(entry.account !== undefined && { account: entry.account }) };
  return readable(owner, async () => {
    const { key, record } = await findRecord({ entry, store: workspace.store });
    if (!record) return { ...owner, state: 'signed_out' };
    const { name: store } = await (await workspace.store()).holder(key);
    const told = { ...describeRecord(record, workspace.deps.now()), store };
    const unlike = record.tokens && unexpected(entry, record);
    return unlike === undefined ? told : { ...told, state: 'unexpected', error: errorJson(unlike) };
  });
}

/** A damaged record is one server's state; everything else that a store says concerns all, or is told at the end. */
export async function readable(
  owner: Pick<Standing, 'server' | 'account'>,
  read: () => Promise<Standing>,
  told?: (error: StoreError) => boolean,
): Promise<Standing> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof StoreError) || !(error.code === 'corrupt' || told?.(error))) throw error;
    return { ...owner, state: 'unreadable', error: errorJson(error) };
  }
}
