// Tools that ask what a test tells them to ask, on either SDK line. Plain JavaScript, because questions-stdio.mjs is
// started by node.
import { inputRequired } from '@modelcontextprotocol/server';
import { z } from 'zod';

const text = (value) => ({ content: [{ type: 'text', text: value }] });
/** `again`: from the first one again, without end. */
const inputSchema = z.object({
  questions: z.array(z.any()),
  again: z.boolean().default(false),
  method: z.string().default('elicitation/create'),
});

function fail() {
  throw new Error('refused');
}

function nth(questions, again, index) {
  return questions[again ? index % questions.length : index];
}

/** @type {import('./questions.d.mts').addQuestions} */
export function addQuestions(server, tell = () => {}) {
  server.registerTool('ask', { inputSchema }, async ({ questions, again, method }, { mcpReq }) => {
    const answers = JSON.parse(mcpReq.requestState() ?? '[]');
    if (mcpReq.inputResponses?.answer) answers.push(mcpReq.inputResponses.answer);
    const params = nth(questions, again, answers.length);
    if (params === undefined) return text(JSON.stringify(answers));
    return inputRequired({
      inputRequests: { answer: { method, params } },
      requestState: JSON.stringify(answers),
    });
  });
  addWaiting(server, ({ mcpReq }) => mcpReq.signal, tell);
}

/** @type {import('./questions.d.mts').addOlderQuestions} */
export function addOlderQuestions(server, tell = () => {}) {
  const inTurn =
    (send) =>
    async ({ questions, again, method }, extra) => {
      extra.signal.addEventListener('abort', () => tell('ask aborted'));
      const answers = [];
      for (;;) {
        const params = nth(questions, again, answers.length);
        if (params === undefined) return text(JSON.stringify(answers));
        const answer = await send({ method, params }, extra).catch(({ code }) => ({ error: code }));
        answers.push(answer);
        if ('error' in answer)
          return method === 'elicitation/create' ? fail() : text(JSON.stringify(answers));
      }
    };
  server.registerTool(
    'ask',
    { inputSchema },
    inTurn((request, extra) => extra.sendRequest(request, z.any())),
  );
  // Not said to belong to the call: it comes on the stream for what nobody asked for.
  server.registerTool(
    'ask-beside',
    { inputSchema },
    inTurn((request) => server.server.request(request, z.any())),
  );
  addWaiting(server, ({ signal }) => signal, tell);
}

function addWaiting(server, signalOf, tell) {
  const registration = { inputSchema: z.object({}) };
  const told = (extra) => {
    tell('called');
    signalOf(extra).addEventListener('abort', () => tell('aborted'));
  };
  server.registerTool('wait', registration, async (_, extra) => {
    told(extra);
    await new Promise((resolve) => signalOf(extra).addEventListener('abort', resolve));
    return text('never');
  });
  // It hears that nobody waits, and goes on.
  server.registerTool('deaf', registration, async (_, extra) => {
    told(extra);
    return new Promise(() => {});
  });
}
