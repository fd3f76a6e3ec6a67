import type { Adapter, AdapterPayload } from 'oidc-provider';

type Kept = { payload: AdapterPayload; until: number };

/** Everything an authorization server knows, by model and id: within reach of a test, unlike the provider's own. */
export type AuthorizationMemory = {
  adapter(model: string): Adapter;
  /** Forgets everything of a model, such as `AccessToken`, `RefreshToken` or `Client`. */
  forget(model: string): void;
  size(model: string): number;
};

export function authorizationMemory(): AuthorizationMemory {
  const models = new Map<string, Map<string, Kept>>();
  const of = (model: string) => {
    const known = models.get(model) ?? new Map<string, Kept>();
    models.set(model, known);
    return known;
  };
  return {
    adapter: (model) => adapter(of(model)),
    forget: (model) => of(model).clear(),
    size: (model) => of(model).size,
  };
}

function adapter(kept: Map<string, Kept>): Adapter {
  const alive = (entry: Kept | undefined) =>
    entry !== undefined && entry.until > Date.now() ? entry.payload : undefined;
  const first = (test: (payload: AdapterPayload) => boolean) =>
    [...kept.values()].map(alive).find((payload) => payload !== undefined && test(payload));
  return {
    async upsert(id, payload, expiresIn) {
      kept.set(id, {
        payload,
        until: expiresIn === undefined ? Number.POSITIVE_INFINITY : Date.now() + expiresIn * 1000,
      });
    },
    find: async (id) => alive(kept.get(id)),
    findByUid: async (uid) => first((payload) => payload.uid === uid),
    findByUserCode: async (code) => first((payload) => payload.userCode === code),
    async consume(id) {
      const entry = kept.get(id);
      if (entry) entry.payload.consumed = Math.floor(Date.now() / 1000);
    },
    async destroy(id) {
      kept.delete(id);
    },
    async revokeByGrantId(grantId) {
      for (const [id, { payload }] of kept) if (payload.grantId === grantId) kept.delete(id);
    },
  };
}
