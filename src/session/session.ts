import type { CallToolResult, Tool } from '@modelcontextprotocol/client';

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

type CallOptions = {
  signal?: AbortSignal;
  onProgress?: (progress: {
    progress: number;
    total?: number | undefined;
    message?: string | undefined;
  }) => void;
};
