// Which revision a server speaks, and what it said of itself when it was asked last. Asking first would be half of the
// requests of a warm command.

import {
  type PriorDiscovery,
  ProtocolError as RpcError,
  SdkError,
  SdkErrorCode,
} from '@modelcontextprotocol/client';
import { CliError } from '../errors.ts';
import { statusOf } from './translate.ts';

export type Known = PriorDiscovery;

/** Of one server and account. Nothing here ever throws: without a memory the server is asked. */
export type Memory = {
  recall(): Promise<Known | undefined>;
  keep(known: Known): Promise<void>;
  forget(): Promise<void>;
};

/** What was known says that there is no such thing; the server may have it by now. */
export class Doubt extends Error {}

/** Parse, request and method errors, those of servers with sessions, and UnsupportedProtocolVersionError of 2026-07-28. */
const UNHEARD = new Set([-32_700, -32_600, -32_601, -32_000, -32_001, -32_022]);

/**
 * Whether an error may be the answer of a server that is not what it was. All of these refuse a request before anything
 * was done, so that it can be sent again.
 */
export function isOutdated(error: unknown): boolean {
  if (error instanceof Doubt) return true;
  if (error instanceof CliError) return error.code === 'not_offered';
  const status = statusOf(error);
  if (status !== undefined) return [400, 404, 405, 406, 415].includes(status);
  if (SdkError.isInstance(error)) return error.code === SdkErrorCode.EraNegotiationFailed;
  return RpcError.isInstance(error) && UNHEARD.has(error.code);
}
