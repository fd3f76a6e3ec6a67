// What a server logs. Asked for once until 2025-11-25 (`logging/setLevel`), with every request since.

import { type Client, LOG_LEVEL_META_KEY, PROTOCOL_VERSION_META_KEY } from '@modelcontextprotocol/client';
import type { LogMessage } from './session.ts';

type LogLevel = LogMessage['level'];

export type Logs = {
  /** Asked of the server; undefined: it decides by itself what it sends. */
  level: LogLevel | undefined;
  told(message: LogMessage): void;
};

export async function hearLogs(
  client: Client,
  { level, told }: Logs,
  request: { signal: AbortSignal; timeout: number },
): Promise<void> {
  client.setNotificationHandler('notifications/message', ({ params }) => told(params));
  if (level === undefined || !client.getServerCapabilities()?.logging) return;
  if (client.getDiscoverResult()) askAlong(client, level);
  // A server that refuses is a server without these messages: what was really asked for comes next.
  else await client.setLoggingLevel(level, request).catch(() => undefined);
}

/** 2026-07-28: a server sends messages only during a request that says from which level on. */
function askAlong(client: Client, level: LogLevel): void {
  const { transport } = client;
  if (!transport) return;
  const send = transport.send.bind(transport);
  transport.send = (message, options) => {
    const meta = 'method' in message ? (message.params?._meta as object | undefined) : undefined;
    if (!('method' in message) || !meta || !(PROTOCOL_VERSION_META_KEY in meta))
      return send(message, options);
    const params = { ...message.params, _meta: { ...meta, [LOG_LEVEL_META_KEY]: level } };
    return send({ ...message, params }, options);
  };
}
