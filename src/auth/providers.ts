// How to get a client at well-known authorization servers, which register none by themselves. Pure data: what their own
// pages say, in the order in which it is done.

type Provider = {
  name: string;
  /** Hosts of issuers, or of registration endpoints; a host under one of them counts too. */
  hosts: readonly (string | RegExp)[];
  /** REDIRECT and PATH stand for the redirect to enter and for the key path of the entry. */
  steps: readonly string[];
};

const PROVIDERS: readonly Provider[] = [
  {
    name: 'GitHub',
    hosts: ['github.com', 'githubcopilot.com'],
    steps: [
      'make an OAuth app at https://github.com/settings/applications/new',
      'enter REDIRECT as its authorization callback URL, and generate a client secret',
      'set PATH.oauth.client_id and client_secret; an organization may have to approve the app',
    ],
  },
  {
    name: 'Google',
    hosts: ['accounts.google.com', 'googleapis.com'],
    steps: [
      'make an OAuth client of the type "Desktop app" at https://console.cloud.google.com/auth/clients',
      'enable the API of the server in the same project, and add yourself under "Audience" as a test user',
      'set PATH.oauth.client_id and client_secret',
    ],
  },
  {
    name: 'Microsoft Entra',
    hosts: ['login.microsoftonline.com', 'login.microsoftonline.us', 'sts.windows.net'],
    steps: [
      'register an application at https://entra.microsoft.com (Entra ID, App registrations)',
      'add the platform "Mobile and desktop applications" with REDIRECT, and the permissions of the server',
      'set PATH.oauth.client_id to its application (client) ID, and PATH.oauth.resource to "omit" if it refuses that',
    ],
  },
  {
    name: 'Notion',
    hosts: ['notion.com', 'notion.so'],
    steps: [
      'https://mcp.notion.com/mcp registers clients by itself: check PATH.url, and what the owner of the workspace allows ("Manage workspace clients")',
      "for another server, on Notion's API: make a public integration at https://www.notion.so/profile/integrations with REDIRECT",
      'set PATH.oauth.client_id and client_secret',
    ],
  },
  {
    name: 'Slack',
    hosts: ['slack.com'],
    steps: [
      'make an app at https://api.slack.com/apps, internal to your workspace or published; others may not use MCP',
      'switch on "Model Context Protocol" under "Agents & AI Apps"',
      'under "OAuth & Permissions" add REDIRECT and the user token scopes of the tools',
      'set PATH.oauth.client_id and client_secret from "Basic Information"; an administrator may have to approve it',
    ],
  },
  {
    name: 'Figma',
    hosts: ['figma.com'],
    steps: [
      'only the clients of https://www.figma.com/mcp-catalog/ are let in; a client of yours needs an agreement with Figma',
      'with the desktop app, its own server needs no sign-in: http://127.0.0.1:3845/mcp',
    ],
  },
  {
    name: 'Asana',
    hosts: ['asana.com'],
    steps: [
      'make an app of the type "MCP app" at https://app.asana.com/0/my-apps',
      'under "OAuth" add REDIRECT as a redirect URL, and under "Manage distribution" the workspaces that may use it',
      'set PATH.oauth.client_id and client_secret',
    ],
  },
  {
    name: 'Amazon Cognito',
    // Not all of amazonaws.com: anybody's servers are there.
    hosts: ['amazoncognito.com', /^cognito-idp\.[\w-]+\.amazonaws\.com$/],
    steps: [
      'make an app client in the user pool (App clients, Create app client)',
      'add REDIRECT under "Allowed callback URLs"',
      'set PATH.oauth.client_id, and client_secret if it has one',
    ],
  },
];

/** What to do at this issuer, a line a step. Empty where nothing is known of it. */
export function providerSteps(issuer: string, path: string, redirect: string): string[] {
  if (!URL.canParse(issuer)) return [];
  const { hostname } = new URL(issuer);
  const known = PROVIDERS.find(({ hosts }) =>
    hosts.some((host) =>
      typeof host === 'string' ? hostname === host || hostname.endsWith(`.${host}`) : host.test(hostname),
    ),
  );
  if (!known) return [];
  return known.steps.map(
    (step) => `${known.name}: ${step.replaceAll('PATH', path).replaceAll('REDIRECT', redirect)}`,
  );
}
