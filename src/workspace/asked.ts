// What servers may ask of the person, and who answers.

import type { AuthContext } from '../auth/context.ts';
import type { ConnectOptions } from '../session/connect.ts';
import { openElicitation, withinReach } from './elicitation.ts';
import { queue } from './once.ts';
import { rootsOf } from './roots.ts';
import type { Stage } from './stage.ts';
import type { Workspace } from './workspace.ts';

type Answering = Pick<ConnectOptions, 'elicit' | 'roots' | 'sample'>;

/**
 * One question at a time, whichever server it is of. A server may ask within what it was asked, and not out of the blue.
 * Throws UsageError for answers and folders that cannot be used.
 */
export async function openAsked(
  workspace: Workspace,
  stage: Stage,
): Promise<(auth: AuthContext | undefined) => Promise<Answering>> {
  const { deps, flags } = workspace;
  const inTurn = queue();
  const answer = await openElicitation(deps, flags, inTurn);
  const within: typeof answer = async (asked) => (stage.idle() ? { action: 'cancel' } : answer(asked));
  const roots = await rootsOf(deps, flags.roots);
  return async (auth) => {
    // May be another model by now.
    const sample = await sampling(workspace, inTurn);
    return {
      elicit: auth ? withinReach(within, auth.mayVisit, deps.err) : within,
      roots,
      sample: sample && (async (request) => (stage.idle() ? undefined : sample(request))),
    };
  };
}

/** Nothing is loaded where no model is named. */
async function sampling(workspace: Workspace, inTurn: ReturnType<typeof queue>) {
  const { deps, flags } = workspace;
  const named = [flags.provider, flags.model, flags.apiBase, deps.env.LLM_PROVIDER, deps.env.LLM_MODEL];
  if (!deps.prompt.available || !named.some(Boolean)) return undefined;
  return (await import('./sampling.ts')).openSampling(workspace, inTurn);
}
