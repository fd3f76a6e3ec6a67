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
 * The first Bearer or DPoP challenge of a `WWW-Authenticate` header, wherever it stands among others (RFC 9110
 * section 11.6.1). Unquoted URLs are read, because servers write them. Undefined if there is none.
 */
export function parseChallenge(header: string | null): Challenge | undefined {
  if (!header) return undefined;
  const all = [...challenges(header)];
  const bound = !all.some(({ scheme }) => scheme === 'bearer');
  for (const { scheme, params } of all) {
    if (scheme !== 'bearer' && scheme !== 'dpop') continue;
    return {
      resourceMetadata: params.get('resource_metadata'),
      scope: params.get('scope'),
      error: params.get('error'),
      authorizationServer: params.get('authorization_server') ?? params.get('as_uri'),
      ...(bound && { bound }),
    };
  }
  return undefined;
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
