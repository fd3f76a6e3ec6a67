// The conversation of a session: which model it is with.

import type { Chat } from '../chat/chat.ts';
import type { Service } from '../chat/provider.ts';
import { CliError, UsageError } from '../errors.ts';
import { sanitize } from '../ui/sanitize.ts';
import { namedService, openModel } from '../workspace/model.ts';
import type { Workspace } from '../workspace/workspace.ts';
import { openSpeaker } from './say.ts';
import type { Talk } from './state.ts';

type Named = Pick<Workspace['flags'], 'provider' | 'model' | 'apiBase'>;

/**
 * The conversation that flags or environment ask for, begun if they do. Throws as `namedService` and `openModel` for what
 * the flags say; what only the environment says is a warning, because a session does without a model.
 */
export async function openTalk(workspace: Workspace): Promise<Talk> {
  const { deps, flags } = workspace;
  const speaker = openSpeaker(workspace);
  let chat: Chat | undefined;
  let service: Service | undefined;
  /** A provider whose model has not been named yet. */
  let pending: Service | undefined;

  const begin = async (chosen: Service) => {
    const wire = await openModel(workspace, chosen);
    if (chat) {
      const before = chat.wire;
      chat.wire = wire;
      await before.close();
    } else chat = await speaker.open(wire);
    service = chosen;
  };
  /** What flags would say for it. */
  const wanted = ({ provider, model }: { provider?: string | undefined; model?: string | undefined }) => {
    const now = pending ?? service;
    const other = provider !== undefined && provider !== now?.provider;
    const base = other || pending ? undefined : flags.apiBase;
    // Without a name no key goes to an address: nobody said whose.
    const whose = provider ?? (base === undefined ? now?.provider : flags.provider);
    return {
      provider: whose,
      model: model ?? (other ? undefined : now?.model),
      apiBase: base,
    } satisfies Named;
  };
  try {
    const named = namedService(workspace);
    if (named) await begin(named);
  } catch (error) {
    const isAsked = [flags.provider, flags.model, flags.apiBase].some((each) => each !== undefined);
    if (isAsked || !(error instanceof CliError) || error.exit === 130) throw error;
    if (!flags.quiet) deps.err(`warning: no model to talk to: ${sanitize(error.message)}\n`);
  }
  return {
    chat: () => chat,
    service: () => pending ?? service,
    async choose(given) {
      const named = wanted(given);
      const next = namedService({ deps, flags: { ...flags, ...named } });
      if (next?.model === undefined) {
        pending = next;
        return;
      }
      await begin(next).finally(() => {
        pending = undefined;
      });
      // What servers ask of a model is asked of the same one.
      Object.assign(flags, named);
    },
    async models(signal) {
      const now = pending ?? service;
      if (!now) throw noProvider();
      if (chat && now === service) return chat.wire.models(signal);
      const wire = await openModel(workspace, { ...now, model: '' });
      return wire.models(signal).finally(() => wire.close());
    },
    async say(text, shell, signal) {
      if (chat) await speaker.say(chat, text, shell, signal);
    },
    forget() {
      if (!chat) return;
      // A line that is winding down still has the old list.
      chat.messages = [];
      chat.attachments = [];
      chat.usage = { input: 0, output: 0 };
    },
    close: async () => chat?.wire.close(),
  };
}

function noProvider(): UsageError {
  return new UsageError('no_provider', 'it is not said whose model', {
    hint: 'name a provider: /provider openai|anthropic|ollama',
  });
}
