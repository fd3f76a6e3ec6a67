// The places metadata may be at, in the order they are tried. Paths are joined as text: issuers with doubled slashes
// and upper-case hosts are used as given.

function parts(url: string): { origin: string; path: string } {
  const { origin, pathname } = new URL(url);
  return { origin, path: pathname.replace(/\/+$/, '') };
}

/** RFC 9728 section 3.1: path inserted first, then the root. */
export function resourceMetadataUrls(serverUrl: string): string[] {
  const { origin, path } = parts(serverUrl);
  const root = `${origin}/.well-known/oauth-protected-resource`;
  return path ? [`${root}${path}`, root] : [root];
}

/** MCP authorization server metadata discovery: RFC 8414 and OpenID Connect, inserted, then appended. */
export function serverMetadataUrls(issuer: string): string[] {
  const { origin, path } = parts(issuer);
  const forms = [
    `${origin}/.well-known/oauth-authorization-server${path}`,
    `${origin}/.well-known/openid-configuration${path}`,
  ];
  if (path) {
    forms.push(
      `${origin}${path}/.well-known/openid-configuration`,
      `${origin}${path}/.well-known/oauth-authorization-server`,
    );
  }
  return forms;
}

/** True if a document of this issuer may be at this URL; a path-less issuer may end in a slash. */
export function isMetadataUrlOf(issuer: string, url: string): boolean {
  return serverMetadataUrls(issuer).includes(url);
}
