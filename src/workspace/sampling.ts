// Servers that want a model's answer get it where a model is configured and a person is there, who is always asked.

import type { Service } from '../chat/provider.ts';
import { RateLimited } from '../chat/refusal.ts';
import type { Answer } from '../chat/wire.ts';
import { isImage } from '../chat/wrap.ts';
import { CliError, NetworkError } from '../errors.ts';
import type { Sample, SampleRequest } from '../session/sampling.ts';
import { askAnswer, askSample } from '../ui/sample.ts';
import { namedService, openModel } from './model.ts';
import type { InTurn } from './once.ts';
import type { Workspace } from './workspace.ts';

/** Tokens of one answer, whatever a server would like. */
const LONGEST = 8192;

/** Undefined: there is no model, or nobody to ask, and servers are not told of sampling. */
export function openSampling(workspace: Workspace, inTurn: InTurn): Sample | undefined {
  if (!workspace.deps.prompt.available || !modelOf(workspace)) return undefined;
  return (request) => inTurn(() => sample(workspace, request));
}

/** What is wrong with flags or environment is told by whoever needs the model. */
function modelOf(workspace: Workspace): (Service & { model: string }) | undefined {
  try {
    const service = namedService(workspace);
    return service?.model === undefined ? undefined : { ...service, model: service.model };
  } catch (error) {
    if (error instanceof CliError) return undefined;
    throw error;
  }
}

async function sample(workspace: Workspace, given: SampleRequest): ReturnType<Sample> {
  const { deps } = workspace;
  const service = modelOf(workspace);
  const request = { ...given, maxTokens: Math.min(Math.max(1, Math.floor(given.maxTokens)), LONGEST) };
  const { server, signal } = request;
  const sheet = { prompt: deps.prompt, err: deps.err, signal: AbortSignal.any([deps.signal, signal]) };
  if (!service || signal.aborted) return undefined;
  if (!(await askSample(sheet, request, service.model))) return undefined;
  const answer = await ask(workspace, service, request);
  if (!(await askAnswer(sheet, server, answer.text))) return undefined;
  return {
    model: service.model,
    text: answer.text,
    stop: answer.stop === 'length' ? 'length' : 'end',
  };
}

/** Alone: no tools, and nothing of what was said in the session. */
async function ask(workspace: Workspace, service: Service, request: SampleRequest): Promise<Answer> {
  const { system, messages, maxTokens, stop, signal } = request;
  const wire = await openModel(workspace, service);
  const question = {
    system: system ?? 'You answer what a program asks.',
    messages: messages.map(({ role, text, images }) =>
      role === 'assistant'
        ? { role, text, calls: [] }
        : {
            role,
            text,
            attachments: images
              .filter(({ type, data }) => isImage(type, data))
              .map((image) => ({ name: 'image', image })),
          },
    ),
    tools: [],
    limits: { maxTokens, stop },
  };
  try {
    return await wire.ask(question, () => {}, AbortSignal.any([workspace.deps.signal, signal]));
  } catch (error) {
    if (!(error instanceof RateLimited)) throw error;
    throw new NetworkError('rate_limited', `${service.provider} takes no more requests for now`, {
      hint: 'try again later, or look at the limits of your account',
    });
  } finally {
    await wire.close();
  }
}
