import { Headers } from './headers.ts';

type Body = ReadableStream<Uint8Array>;

type Init = {
  status?: number;
  statusText?: string;
  headers?: ConstructorParameters<typeof Headers>[0];
  /** What was asked. */
  url?: string;
};

/**
 * What is used of the Fetch standard's `Response` (see headers.ts). Its body is read once.
 * @public bundle/packages.mjs gives it to packages
 */
export class Response {
  readonly type = 'default';
  readonly redirected = false;
  readonly status: number;
  readonly statusText: string;
  readonly headers: Headers;
  readonly body: Body | null;
  readonly url: string;
  #read = false;

  constructor(body: Body | null, { status = 200, statusText = '', headers, url = '' }: Init = {}) {
    this.body = body;
    this.status = status;
    this.statusText = statusText;
    this.headers = new Headers(headers);
    this.url = url;
  }

  get ok(): boolean {
    return this.status >= 200 && this.status < 300;
  }

  get bodyUsed(): boolean {
    return this.#read || this.body?.locked === true;
  }

  async text(): Promise<string> {
    if (this.bodyUsed) throw new TypeError('the body was read before');
    this.#read = true;
    const decoder = new TextDecoder();
    let text = '';
    for await (const piece of this.body ?? []) text += decoder.decode(piece, { stream: true });
    return text + decoder.decode();
  }

  async json(): Promise<unknown> {
    return JSON.parse(await this.text());
  }

  // oauth4webapi knows a Response by it.
  get [Symbol.toStringTag](): string {
    return 'Response';
  }
}

/** An answer as `Fetch` promises it. */
export function answer(body: Body | null, init?: Init): globalThis.Response {
  return new Response(body, init) as unknown as globalThis.Response;
}
