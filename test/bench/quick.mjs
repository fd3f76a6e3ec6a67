// An MCP server of both eras that answers at once, so that what is measured is what stands in front of it. Pure.

const LIST = { tools: [{ name: 'echo', inputSchema: { type: 'object' } }] };
const CALL = { content: [{ type: 'text', text: 'x'.repeat(200) }] };

/** @returns the JSON-RPC answer; undefined for a notification */
export function answerAtOnce({ id, method }, isModern) {
  if (id === undefined) return undefined;
  const result = isModern ? modern(method) : legacy(method);
  return {
    jsonrpc: '2.0',
    id,
    ...(result ? { result } : { error: { code: -32601, message: 'Method not found' } }),
  };
}

function legacy(method) {
  if (method === 'tools/call') return CALL;
  if (method === 'tools/list') return LIST;
  if (method !== 'initialize') return undefined;
  return {
    protocolVersion: '2025-11-25',
    capabilities: { tools: {} },
    serverInfo: { name: 'quick', version: '1.0.0' },
  };
}

function modern(method) {
  if (method === 'tools/call') return { ...CALL, resultType: 'complete' };
  const lasting = { resultType: 'complete', ttlMs: 0, cacheScope: 'private' };
  if (method === 'tools/list') return { ...LIST, ...lasting };
  if (method !== 'server/discover') return undefined;
  return {
    ...lasting,
    supportedVersions: ['2026-07-28'],
    capabilities: { tools: {} },
    _meta: { 'io.modelcontextprotocol/serverInfo': { name: 'quick', version: '1.0.0' } },
  };
}
