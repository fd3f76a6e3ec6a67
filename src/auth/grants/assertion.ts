// What proves who a workload is (RFC 7523): configured, or what its platform gives it. Which authorization server gets
// it the MCP server says, unless the configuration does: an assertion that is for somebody else stays here.

import { readFile } from 'node:fs/promises';
import { ConfigError } from '../../errors.ts';
import { parseObject } from '../../json-object.ts';
import { issuerEquals } from '../../url.ts';
import { pinnedIssuer } from '../binding.ts';
import { readText } from '../body.ts';
import type { AuthContext } from '../context.ts';
import { toward } from '../hop.ts';
import type { GrantPlan } from '../plan.ts';
import { within } from '../within.ts';

/** A JWT, and nothing that a header or a form could be broken with. */
const JWT = /^[\w-]+\.[\w-]+\.[\w-]*$/;

const TOKEN = 'MCP_CLI_ID_TOKEN';
const TOKEN_FILE = 'MCP_CLI_ID_TOKEN_FILE';

/**
 * The assertion for this authorization server: `assertion`, `assertion_file` or `assertion_env`; without them
 * `MCP_CLI_ID_TOKEN` or `MCP_CLI_ID_TOKEN_FILE`, that of GitHub Actions, made for this server alone, or the federated
 * token of Azure.
 * @throws ConfigError `credential_missing`, `assertion_audience`; NetworkError
 */
export async function workloadAssertion(ctx: AuthContext, { server, source }: GrantPlan): Promise<string> {
  const assertion = await findAssertion(ctx, server.issuer);
  const chosen = source === 'configured' || pinnedIssuer(ctx.entry.oauth) !== undefined;
  if (!chosen && !isFor(assertion, server)) throw misdirected(ctx, server.issuer);
  return assertion;
}

/** RFC 7523 section 3: `aud` is the issuer or the token endpoint. It is not verified: it can only speak against itself. */
function isFor(assertion: string, { issuer, token_endpoint }: GrantPlan['server']): boolean {
  const audiences = audienceOf(assertion);
  return audiences.some((each) => each === token_endpoint || issuerEquals(each, issuer) !== 'different');
}

function audienceOf(assertion: string): string[] {
  const payload = Buffer.from(assertion.split('.')[1] ?? '', 'base64url').toString();
  return [parseObject(payload)?.aud].flat().filter((each) => typeof each === 'string');
}

function misdirected({ entry: { name, path } }: AuthContext, issuer: string): ConfigError {
  return new ConfigError(
    'assertion_audience',
    `${name} names ${issuer}, and the assertion is for somebody else`,
    {
      hint: `if that is the server you mean, set ${path}.oauth.issuer to ${issuer}\nor have the assertion made for it: its "aud" is the issuer`,
      server: name,
    },
  );
}

async function findAssertion(ctx: AuthContext, issuer: string): Promise<string> {
  const { assertion, assertionFile, assertionEnv } = ctx.entry.oauth?.credentials ?? {};
  const { path } = ctx.entry;
  if (assertion !== undefined) return checked(ctx, assertion, `${path}.oauth.assertion`);
  if (assertionFile !== undefined) return fromFile(ctx, assertionFile, `${path}.oauth.assertion_file`);
  if (assertionEnv !== undefined) return fromVariable(ctx, assertionEnv);
  // GitLab and Kubernetes give a token under whatever name the job or the pod says.
  if (ctx.variable(TOKEN)) return fromVariable(ctx, TOKEN);
  const file = ctx.variable(TOKEN_FILE);
  if (file) return fromFile(ctx, file, TOKEN_FILE);
  const request = ctx.variable('ACTIONS_ID_TOKEN_REQUEST_URL');
  const bearer = ctx.variable('ACTIONS_ID_TOKEN_REQUEST_TOKEN');
  if (request && bearer) return fromGitHub(ctx, { request, bearer, audience: issuer });
  const azure = ctx.variable('AZURE_FEDERATED_TOKEN_FILE');
  if (azure) return fromFile(ctx, azure, 'AZURE_FEDERATED_TOKEN_FILE');
  throw missing(ctx, 'there is no assertion to sign in with', [
    `set ${TOKEN} (GitLab: a name under id_tokens) or ${TOKEN_FILE} (Kubernetes: a projected token)`,
    `or name another variable or file in ${path}.oauth.assertion_env or assertion_file`,
    'or run it in GitHub Actions with "permissions: id-token: write"',
  ]);
}

/** The value of a variable that the configuration names. Throws ConfigError `credential_missing`. */
export function fromVariable(ctx: AuthContext, name: string): string {
  const value = ctx.variable(name);
  if (!value) throw missing(ctx, `the variable ${name} is not set`, [`set ${name} to the token`]);
  return checked(ctx, value, name);
}

/** Read at each use: platforms replace the file. Throws ConfigError `credential_missing`. */
export async function fromFile(ctx: AuthContext, file: string, setting: string): Promise<string> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw missing(ctx, `the token file cannot be read (${error.code ?? 'no file'})`, [`check ${setting}`]);
  });
  return checked(ctx, text, setting);
}

export function checked(ctx: AuthContext, text: string, setting: string): string {
  const token = text.trim();
  if (JWT.test(token) && token.length <= 64 * 1024) return token;
  throw missing(ctx, `what ${setting} gives is no JWT`, [`check ${setting}`]);
}

/** GitHub Actions makes one for an audience that is asked for. */
async function fromGitHub(
  ctx: AuthContext,
  { request, bearer, audience }: { request: string; bearer: string; audience: string },
): Promise<string> {
  const refused = (why: string) =>
    missing(ctx, `GitHub Actions gave no token: ${why}`, ['check "permissions: id-token: write" of the job']);
  if (!URL.canParse(request)) throw refused('its URL is none');
  const url = new URL(request);
  url.searchParams.set('audience', audience);
  const response = await toward(ctx.http, 'the token service of GitHub Actions')(url.href, {
    headers: { accept: 'application/json', authorization: `Bearer ${bearer}` },
    signal: within(ctx),
  });
  const text = await readText(response);
  if (!response.ok) throw refused(`HTTP ${response.status}`);
  const value = parseObject(text)?.value;
  if (typeof value !== 'string') throw refused('its answer cannot be read');
  return checked(ctx, value, 'GitHub Actions');
}

function missing({ entry }: AuthContext, message: string, hints: string[]): ConfigError {
  return new ConfigError('credential_missing', `${entry.name}: ${message}`, {
    hint: hints.join('\n'),
    server: entry.name,
  });
}
