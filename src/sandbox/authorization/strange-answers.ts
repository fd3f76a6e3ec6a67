// How token endpoints in the field answer.
import { type Asked, type Doing, edited, json } from '../fault.ts';
import type { Rules } from './rules.ts';

const isToken = ({ path }: Pick<Asked, 'path'>) => path === '/token';

export const STRANGE_ANSWERS: readonly Doing<Rules>[] = [
  {
    name: 'refresh-500',
    kind: 'deviation',
    does: 'A refresh token that is over is HTTP 500 server_error.',
    wants: 'Takes it for the refusal that it is: sign in again.',
    after: (asked, answer) =>
      isToken(asked) && asked.form.get('grant_type') === 'refresh_token' && answer.status === 400
        ? json(500, { error: 'server_error' })
        : answer,
  },
  {
    name: 'errors-invalid-request',
    kind: 'deviation',
    does: 'Every refusal of the token endpoint is 400 invalid_request.',
    wants: 'Takes it for the refusal that it is: sign in again.',
    after: (asked, answer) =>
      isToken(asked) && answer.status >= 400 ? json(400, { error: 'invalid_request' }) : answer,
  },
  {
    name: 'errors-without-json',
    kind: 'deviation',
    does: 'Refusals of the token endpoint are 401 and plain text.',
    wants: 'Takes it for the refusal that it is: sign in again.',
    after: (asked, answer) =>
      isToken(asked) && answer.status >= 400 ? new Response('Unauthorized', { status: 401 }) : answer,
  },
  {
    name: 'invalid-code',
    kind: 'deviation',
    does: 'No code is good, and the error is called invalid_code.',
    wants: 'Says so in the words of the server: exit 4.',
    before: (asked) =>
      isToken(asked) && asked.form.get('grant_type') === 'authorization_code'
        ? json(400, { error: 'invalid_code', error_description: 'the code is not good' })
        : undefined,
  },
  {
    name: 'expires-in-too-long',
    kind: 'deviation',
    does: 'Token answers say ten times the time that a token lives.',
    wants: 'Renews it when the MCP server says 401.',
    after: (asked, answer) =>
      isToken(asked)
        ? edited(answer, (body) =>
            typeof body.expires_in === 'number' ? { ...body, expires_in: body.expires_in * 10 } : body,
          )
        : answer,
  },
  {
    name: 'null-fields',
    kind: 'deviation',
    does: 'Token answers have "scope": null and "refresh_token": null.',
    wants: 'Signs in, and knows that nothing can be renewed.',
    after: (asked, answer) =>
      isToken(asked) && answer.ok
        ? edited(answer, (body) => ({ ...body, scope: null, refresh_token: null }))
        : answer,
  },
  {
    name: 'token-type-case',
    kind: 'deviation',
    does: 'The token type is "bEaReR".',
    wants: 'Compares without case (RFC 6749 section 5.1).',
    after: (asked, answer) =>
      isToken(asked) && answer.ok ? edited(answer, (body) => ({ ...body, token_type: 'bEaReR' })) : answer,
  },
  {
    name: 'form-token-answer',
    kind: 'deviation',
    does: 'Token answers are form-encoded.',
    wants: 'Reads them.',
    after: async (asked, answer) => {
      if (!isToken(asked) || !answer.ok) return answer;
      const body = (await answer.json()) as Record<string, unknown>;
      const form = new URLSearchParams();
      for (const [name, value] of Object.entries(body)) form.set(name, String(value));
      return new Response(form);
    },
  },
];
