// The least that lists the tools of one server: the same requests, by hand, and nothing that anybody needs besides.
const [era, url, token, tool] = process.argv.slice(2);
let session;
async function rpc(method, params, id) {
  const isModern = era === 'modern';
  const _meta = {
    'io.modelcontextprotocol/protocolVersion': '2026-07-28',
    'io.modelcontextprotocol/clientInfo': { name: 'minimal', version: '1.0.0' },
    'io.modelcontextprotocol/clientCapabilities': {},
  };
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      authorization: `Bearer ${token}`,
      'mcp-protocol-version': isModern ? '2026-07-28' : '2025-11-25',
      ...(isModern && { 'mcp-method': method, ...(params?.name && { 'mcp-name': params.name }) }),
      ...(session && { 'mcp-session-id': session }),
    },
    body: JSON.stringify({ jsonrpc: '2.0', id, method, params: isModern ? { ...params, _meta } : params }),
  });
  session ??= response.headers.get('mcp-session-id') ?? undefined;
  const text = await response.text();
  if (!response.ok) throw new Error(`${response.status} ${text}`);
  if (id === undefined) return undefined;
  const line = text.startsWith('{') ? text : (/^data: (.+)$/m.exec(text)?.[1] ?? '');
  const answer = JSON.parse(line);
  if (answer.error) throw new Error(answer.error.message);
  return answer.result;
}
if (era === 'legacy') {
  const clientInfo = { name: 'minimal', version: '1.0.0' };
  await rpc('initialize', { protocolVersion: '2025-11-25', capabilities: {}, clientInfo }, 0);
  await rpc('notifications/initialized', {});
}
const { tools } = await rpc('tools/list', {}, 1);
if (tool)
  console.log(JSON.stringify(await rpc('tools/call', { name: tool, arguments: { text: 'hello' } }, 2)));
else for (const { name, description } of tools) console.log(`${name}  ${description}`);
