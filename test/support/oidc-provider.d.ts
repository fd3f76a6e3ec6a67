// The part of oidc-provider 9 that the tests use; the package ships no types.
declare module 'oidc-provider' {
  import type { IncomingMessage, ServerResponse } from 'node:http';

  export type ProviderContext = {
    body: unknown;
    oidc?: { route?: string };
  };

  export type GrantContext = {
    body: unknown;
    oidc: {
      client: { clientId: string };
      params: Record<string, string | undefined>;
      entity(name: string, value: object): void;
    };
  };

  export type ServiceToken = {
    resourceServer: object;
    expiration: number;
    tokenType: string;
    save(): Promise<string>;
  };

  export type StoredToken = {
    jti: string;
    clientId: string;
    accountId: string;
    grantId: string;
    aud?: string;
    jkt?: string;
    scope?: string;
    exp: number;
    isValid: boolean;
  };

  export type Interaction = {
    uid: string;
    prompt: { name: string; reasons: string[] };
    params: { client_id: string; scope?: string; resource?: string | string[] };
  };

  export type AdapterPayload = Record<string, unknown> & {
    grantId?: string;
    uid?: string;
    consumed?: unknown;
  };

  export type Adapter = {
    upsert(id: string, payload: AdapterPayload, expiresIn?: number): Promise<void>;
    find(id: string): Promise<AdapterPayload | undefined>;
    findByUid(uid: string): Promise<AdapterPayload | undefined>;
    findByUserCode(code: string): Promise<AdapterPayload | undefined>;
    consume(id: string): Promise<void>;
    destroy(id: string): Promise<void>;
    revokeByGrantId(grantId: string): Promise<void>;
  };

  export class Grant {
    constructor(properties: { accountId: string; clientId: string });
    addOIDCScope(scope: string): void;
    addResourceScope(resource: string, scope: string): void;
    save(): Promise<string>;
  }

  export default class Provider {
    constructor(issuer: string, configuration: Record<string, unknown>);
    readonly issuer: string;
    readonly Grant: typeof Grant;
    readonly AccessToken: { find(value: string): Promise<StoredToken | undefined> };
    readonly RefreshToken: { find(value: string): Promise<StoredToken | undefined> };
    readonly ClientCredentials: {
      new (properties: { client: object; scope: string }): ServiceToken;
      find(value: string): Promise<StoredToken | undefined>;
    };
    readonly ResourceServer: new (
      identifier: string,
      info: object,
    ) => object;
    registerGrantType(
      name: string,
      handler: (context: GrantContext) => Promise<void>,
      params: readonly string[],
    ): void;
    proxy: boolean;
    use(middleware: (context: ProviderContext, next: () => Promise<void>) => Promise<void>): void;
    callback(): (request: IncomingMessage, response: ServerResponse) => Promise<void>;
    interactionDetails(request: IncomingMessage, response: ServerResponse): Promise<Interaction>;
    interactionFinished(
      request: IncomingMessage,
      response: ServerResponse,
      result: Record<string, unknown>,
      options?: { mergeWithLastSubmission?: boolean },
    ): Promise<void>;
  }

  export namespace errors {
    class InvalidTarget extends Error {}
    class InvalidGrant extends Error {
      constructor(detail: string);
    }
  }
}

// What its own grants use, for those that it is taught.

declare module 'oidc-provider/lib/helpers/validate_dpop.js' {
  import type { GrantContext, default as Provider } from 'oidc-provider';

  /** The proof of a request; undefined for none. Throws what the answer is to be. */
  export default function validateDpop(
    provider: Provider,
    context: GrantContext,
  ): Promise<object | undefined>;
}

declare module 'oidc-provider/lib/helpers/grant_common.js' {
  import type { GrantContext, default as Provider, ServiceToken } from 'oidc-provider';

  export function applyDpopBinding(
    provider: Provider,
    context: GrantContext,
    proof: object | undefined,
    token: ServiceToken,
  ): Promise<void>;
}
