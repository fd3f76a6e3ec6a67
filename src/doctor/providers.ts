// What well-known providers need said of their metadata. How to get a client there: auth/providers. Pure.

type Words = { hosts: readonly string[]; pkce?: string; server_metadata?: string };

const PROVIDERS: readonly Words[] = [
  {
    hosts: ['microsoftonline.com', 'microsoft.com', 'windows.net', 'azure.com'],
    pkce: 'Microsoft Entra checks PKCE and does not list it: KEY.allow_missing_pkce_metadata true is right there',
    server_metadata:
      'Microsoft Entra: name the tenant, KEY.issuer "https://login.microsoftonline.com/<Directory (tenant) ID>/v2.0"; /common and /organizations have no issuer of their own',
  },
  {
    hosts: ['amazoncognito.com', 'amazonaws.com'],
    pkce: 'Amazon Cognito checks PKCE and does not list it: KEY.allow_missing_pkce_metadata true is right there',
  },
];

/** The words for this provider, if it is one that is known. `path` is that of the entry. */
export function wordsFor(
  issuer: string | undefined,
  step: 'pkce' | 'server_metadata',
  path: string,
): string | undefined {
  if (issuer === undefined || !URL.canParse(issuer)) return undefined;
  const { hostname } = new URL(issuer);
  const found = PROVIDERS.find(({ hosts }) =>
    hosts.some((host) => hostname === host || hostname.endsWith(`.${host}`)),
  );
  return found?.[step]?.replaceAll('KEY.', `${path}.oauth.`);
}
