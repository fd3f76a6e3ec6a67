import type { CallToolResult, Tool } from '@modelcontextprotocol/client';
import type { Waiting } from './patience.ts';

/** An open, authorized MCP session with one server. */
export type Session = {
  server: string;
  /** Negotiated protocol revision, such as `2026-07-28`. */
  protocol: string;
  serverInfo: { name: string; version: string } | undefined;
  instructions: string | undefined;
  capabilities: Record<string, unknown>;
  /** Every page, in the server's order, as the server sent them. Invalid ones are dropped with a warning. */
  listTools(): Promise<Tool[]>;
  callTool(name: string, args: Record<string, unknown>, options?: CallOptions): Promise<CallToolResult>;
  /** Round trip; resolves to its duration in milliseconds. */
  ping(): Promise<number>;
  close(): Promise<void>;
};

/** `signal` instead of the program's own; who wants to know of progress, and of a question that is about to be shown. */
type CallOptions = Partial<Waiting>;
