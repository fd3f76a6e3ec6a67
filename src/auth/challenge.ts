/** What a 401 or 403 says about how to be let in (RFC 6750 section 3, RFC 9728 section 5.1). */
export type Challenge = {
  resourceMetadata: string | undefined;
  scope: string | undefined;
  error: string | undefined;
  /** Servers from before RFC 9728 name the issuer itself (`authorization_server`, `as_uri`). */
  authorizationServer: string | undefined;
  /** It asks for tokens that are bound to a key, and for no others (RFC 9449 section 7.1). */
  bound?: true;
};

const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+/;
const PARAM = /^([!#$%&'*+\-.^_`|~0-9A-Za-z]+)[ \t]*=[ \t]*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))/;

/**
 * What the Bearer and DPoP challenges of a `WWW-Authenticate` header say, wherever they stand among others (RFC 9110
 * section 11.6.1); the first one that says something counts. Unquoted URLs are read, because servers write them.
 * Undefined if there is none.
 */
export function parseChallenge(header: string | null): Challenge | undefined {
  if (!header) return undefined;
  const ours = [...challenges(header)].filter(({ scheme }) => scheme === 'bearer' || scheme === 'dpop');
  if (ours.length === 0) return undefined;
  const params = new Map(ours.reverse().flatMap((each) => [...each.params]));
  const bound = ours.every(({ scheme }) => scheme === 'dpop');
  return {
    resourceMetadata: params.get('resource_metadata'),
    scope: params.get('scope'),
    error: params.get('error'),
    authorizationServer: params.get('authorization_server') ?? params.get('as_uri'),
    ...(bound && { bound }),
  };
}

function* challenges(header: string): Generator<{ scheme: string; params: Map<string, string> }> {
  let rest = header;
  const skip = (pattern: RegExp) => {
    rest = rest.replace(pattern, '');
  };
  while (rest) {
    skip(/^[\s,]+/);
    const scheme = TOKEN.exec(rest)?.[0];
    if (!scheme) return;
    rest = rest.slice(scheme.length);
    const params = new Map<string, string>();
    // `Negotiate abc==`: a token68 belongs to its scheme and says nothing to us.
    skip(/^[ \t]+[A-Za-z0-9\-._~+/]+=*(?=[ \t]*(?:,|$))/);
    for (;;) {
      const lead = /^[\s,]*/.exec(rest)?.[0] ?? '';
      const param = PARAM.exec(rest.slice(lead.length));
      if (!param?.[1]) break;
      rest = rest.slice(lead.length + param[0].length);
      const name = param[1].toLowerCase();
      if (!params.has(name)) params.set(name, param[2]?.replace(/\\(.)/g, '$1') ?? param[3] ?? '');
    }
    yield { scheme: scheme.toLowerCase(), params };
  }
}
