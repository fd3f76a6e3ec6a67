// A client of the sandbox that is not ours: written by hand, so that it can ask for what ours never would.
import { createHash } from 'node:crypto';
import { sandboxed } from './sandbox.ts';

const verifier = 'v'.repeat(43);
const challenge = createHash('sha256').update(verifier).digest('base64url');
const redirectUri = 'http://127.0.0.1:1/callback';

type Told = {
  access_token?: string;
  refresh_token?: string;
  error?: string;
  token_type?: string;
  scope?: string;
};

/** A client of its own, and how it asks. */
export async function client(options: Parameters<typeof sandboxed>[1] = {}, faults: string[] = []) {
  const made = await sandboxed(faults, options);
  const { authorization: origin, url: resource } = made.sandbox;
  const post = (path: string, form: Record<string, string>, headers: Record<string, string> = {}) =>
    fetch(`${origin}${path}`, {
      method: 'POST',
      body: new URLSearchParams(form),
      headers,
      redirect: 'manual',
    });
  const registered = await fetch(`${origin}/register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      client_name: '<b>Bob</b> & "friends"',
      redirect_uris: [redirectUri],
      token_endpoint_auth_method: 'none',
    }),
  });
  const { client_id } = (await registered.json()) as { client_id: string };
  /** Undefined leaves a parameter out. */
  const authorize = (more: Record<string, string | undefined> = {}) =>
    fetch(
      `${origin}/authorize?${query({
        response_type: 'code',
        client_id,
        redirect_uri: redirectUri,
        state: 's1',
        code_challenge: challenge,
        code_challenge_method: 'S256',
        scope: 'notes:read offline_access',
        resource,
        ...more,
      })}`,
      { redirect: 'manual' },
    );
  const back = async (response: Response | Promise<Response>) =>
    Object.fromEntries(new URL((await response).headers.get('location') ?? '').searchParams);
  const redeem = async (code: string, more: Record<string, string> = {}) => {
    const response = await post('/token', {
      grant_type: 'authorization_code',
      client_id,
      code,
      redirect_uri: redirectUri,
      code_verifier: verifier,
      ...more,
    });
    return { status: response.status, ...((await response.json()) as Told) };
  };
  const renew = async (refresh_token: string) => {
    const response = await post('/token', { grant_type: 'refresh_token', client_id, refresh_token });
    return { status: response.status, ...((await response.json()) as Told) };
  };
  const call = (token: string) =>
    fetch(resource, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: '{}',
    });
  return { ...made, origin, client_id, post, authorize, back, redeem, renew, call };
}

function query(fields: Record<string, string | undefined>): URLSearchParams {
  const there = new URLSearchParams();
  for (const [name, value] of Object.entries(fields)) if (value !== undefined) there.set(name, value);
  return there;
}
