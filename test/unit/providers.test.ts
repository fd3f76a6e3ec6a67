import { describe, expect, test } from 'vitest';
import { planSignIn } from '../../src/auth/plan.ts';
import { providerSteps } from '../../src/auth/providers.ts';
import { CliError } from '../../src/errors.ts';
import { httpEntry, oauthEntry } from '../support/entry.ts';

const REDIRECT = 'http://localhost:8080/callback';

test.each([
  ['https://github.com/login/oauth', 'GitHub', 'https://github.com/settings/applications/new'],
  ['https://accounts.google.com', 'Google', 'https://console.cloud.google.com/auth/clients'],
  ['https://login.microsoftonline.com/tenant/v2.0', 'Microsoft Entra', 'https://entra.microsoft.com'],
  ['https://mcp.notion.com', 'Notion', 'https://www.notion.so/profile/integrations'],
  ['https://slack.com', 'Slack', 'https://api.slack.com/apps'],
  ['https://api.figma.com', 'Figma', 'https://www.figma.com/mcp-catalog/'],
  ['https://cognito-idp.eu-west-1.amazonaws.com/pool', 'Amazon Cognito', 'Allowed callback URLs'],
  ['https://mcp.asana.com', 'Asana', 'https://app.asana.com/0/my-apps'],
])('%s: the steps of %s', (issuer, name, page) => {
  const steps = providerSteps(issuer, 'mcpServers.x', REDIRECT);
  expect(steps.every((step) => step.startsWith(`${name}: `))).toBe(true);
  const text = steps.join('\n');
  expect(text).toContain(page);
  expect(text).not.toMatch(/PATH|REDIRECT/);
  if (name !== 'Figma') {
    expect(text).toContain('mcpServers.x.oauth.client_id');
    if (name !== 'Google') expect(text).toContain(REDIRECT);
  }
});

test.each([
  'https://as.example',
  'https://github.com.attacker.example',
  'https://notgithub.com',
  'https://as.example/github.com',
  'https://abc.execute-api.eu-west-1.amazonaws.com/mcp',
  'no url',
])('%s: none', (issuer) => {
  expect(providerSteps(issuer, 'mcpServers.x', REDIRECT)).toEqual([]);
});

describe('the hint where nobody registers clients', () => {
  const hint = (issuer: string, oauth = {}, url = 'https://mcp.example/mcp') => {
    const server = {
      issuer,
      authorization_endpoint: `${issuer}/authorize`,
      token_endpoint: `${issuer}/token`,
      code_challenge_methods_supported: ['S256'],
    };
    try {
      planSignIn(httpEntry({ oauth: oauthEntry(oauth), url }), {
        discovery: { resource: undefined, server, source: 'metadata' },
        challenge: undefined,
        record: undefined,
        forgetClient: false,
        stepUp: [],
        withoutOffline: false,
        now: 0,
      });
    } catch (error) {
      if (error instanceof CliError) return error.hint?.split('\n') ?? [];
    }
    return [];
  };

  test("has the provider's steps, and the other ways on", () => {
    const lines = hint('https://github.com/login/oauth');
    expect(lines.filter((line) => line.startsWith('GitHub: '))).toHaveLength(3);
    expect(lines.at(-1)).toContain('bearer_token_env');
  });

  test('knows a provider by its server too, and by the issuer first', () => {
    const github = 'https://api.githubcopilot.com/mcp/';
    expect(hint('https://as.example', {}, github)[0]).toMatch(/^GitHub: /);
    expect(hint('https://slack.com', {}, github)[0]).toMatch(/^Slack: .*internal/);
  });

  test('of any other names the redirect that fits', () => {
    expect(hint('https://as.example')[0]).toContain(REDIRECT);
    expect(hint('https://as.example', { dialect: 'camel' })[0]).toContain(
      'http://localhost:3000/oauth/callback',
    );
  });
});
