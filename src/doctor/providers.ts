// What well-known providers call the places where a client is entered. Pure.

type Words = {
  hosts: readonly string[];
  /** Instead of a registration that there is not. */
  registration?: string;
  pkce?: string;
  server_metadata?: string;
};

const PROVIDERS: readonly Words[] = [
  {
    hosts: ['github.com', 'githubcopilot.com'],
    registration:
      'GitHub: Settings > Developer settings > OAuth Apps > New OAuth app, with REDIRECT as "Authorization callback URL"; then KEY.client_id and client_secret',
  },
  {
    hosts: ['google.com', 'googleapis.com'],
    registration:
      'Google: Google Cloud console > Google Auth Platform > Clients > Create client > "Desktop app"; then KEY.client_id and client_secret',
  },
  {
    hosts: ['microsoftonline.com', 'microsoft.com', 'windows.net', 'azure.com'],
    registration:
      'Microsoft Entra: App registrations > New registration, with REDIRECT as Redirect URI of "Mobile and desktop applications"; then KEY.client_id, and KEY.resource "omit" if it answers AADSTS9010010',
    pkce: 'Microsoft Entra checks PKCE and does not list it: KEY.allow_missing_pkce_metadata true is right there',
    server_metadata:
      'Microsoft Entra: name the tenant, KEY.issuer "https://login.microsoftonline.com/<Directory (tenant) ID>/v2.0"; /common and /organizations have no issuer of their own',
  },
  {
    hosts: ['amazoncognito.com', 'amazonaws.com'],
    registration:
      'Amazon Cognito: User pool > App clients > Create app client, with REDIRECT under "Allowed callback URLs"; then KEY.client_id',
    pkce: 'Amazon Cognito checks PKCE and does not list it: KEY.allow_missing_pkce_metadata true is right there',
  },
  {
    hosts: ['notion.com', 'notion.so'],
    registration:
      'Notion: Integrations > New integration of type "Public", with REDIRECT under "Redirect URIs"; then KEY.client_id ("OAuth client ID") and client_secret ("OAuth client secret")',
  },
  {
    hosts: ['slack.com'],
    registration:
      'Slack: Your Apps > Create New App > OAuth & Permissions, with REDIRECT under "Redirect URLs"; then KEY.client_id and client_secret of "App Credentials"',
  },
  {
    hosts: ['figma.com'],
    registration:
      'Figma lets only clients register that are on its list: My apps > Create a new app, with REDIRECT as callback URL; then KEY.client_id and client_secret',
  },
  {
    hosts: ['asana.com'],
    registration:
      'Asana: developer console > My apps > Create new app > OAuth, with REDIRECT under "Redirect URLs"; then KEY.client_id and client_secret',
  },
];

/** The redirect that a configured client without one has. */
const REDIRECT = 'http://localhost:8080/callback';

/** The provider's own words for what to do, if it is one that is known. `path` is that of the entry. */
export function wordsFor(
  issuer: string | undefined,
  step: 'registration' | 'pkce' | 'server_metadata',
  path: string,
): string | undefined {
  if (issuer === undefined || !URL.canParse(issuer)) return undefined;
  const { hostname } = new URL(issuer);
  const found = PROVIDERS.find(({ hosts }) =>
    hosts.some((host) => hostname === host || hostname.endsWith(`.${host}`)),
  );
  return found?.[step]?.replaceAll('KEY.', `${path}.oauth.`).replace('REDIRECT', REDIRECT);
}
