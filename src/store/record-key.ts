// The name under which a sign-in lies in a store. Pure.

export type RecordName = { server: string; account?: string; variant?: string };

/**
 * The key of a record: `<server>`, `<server>@<account>`, and `~<variant>` behind it for one that lies beside another of
 * the same name (auth/keep). What separates is percent-encoded inside a part, so that no two names share a key.
 */
export function recordKey(server: string, account?: string, variant?: string): string {
  const name = encode(server).replaceAll('@', '%40');
  const owner = account === undefined ? name : `${name}@${encode(account)}`;
  return variant === undefined ? owner : `${owner}~${variant}`;
}

/** The name that a key of `SecretStore.list()` stands for. */
export function splitKey(key: string): RecordName {
  const [owner = '', variant] = key.split('~', 2);
  const at = owner.indexOf('@');
  return {
    server: decode(at < 0 ? owner : owner.slice(0, at)),
    ...(at >= 0 && { account: decode(owner.slice(at + 1)) }),
    ...(variant !== undefined && { variant }),
  };
}

function encode(part: string): string {
  return part.replaceAll('%', '%25').replaceAll('~', '%7E');
}

function decode(part: string): string {
  return part.replaceAll('%40', '@').replaceAll('%7E', '~').replaceAll('%25', '%');
}
