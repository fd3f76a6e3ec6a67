// Which client the doctor says a sign-in would use, where it is a metadata document.
import { describe, expect, test } from 'vitest';
import { odd, reportOf, step } from '../support/doctor.ts';
import { certificateFile, listen } from '../support/loopback.ts';
import { notes } from '../support/person.ts';
import { desk, keep } from '../support/scene.ts';

/** A server, its authorization server and the client's document, all at one origin. */
async function world(document: (id: string) => object | undefined, takes = true) {
  const server = keep(
    await listen(
      ({ url }, response) => {
        const { url: origin } = server;
        const documents: Record<string, object | undefined> = {
          '/.well-known/oauth-protected-resource/mcp': {
            resource: `${origin}/mcp`,
            authorization_servers: [origin],
          },
          '/.well-known/oauth-authorization-server': {
            issuer: origin,
            authorization_endpoint: `${origin}/authorize`,
            token_endpoint: `${origin}/token`,
            registration_endpoint: `${origin}/register`,
            code_challenge_methods_supported: ['S256'],
            client_id_metadata_document_supported: takes,
          },
          '/client.json': document(`${origin}/client.json`),
        };
        const found = documents[url ?? ''];
        if (url === '/mcp') return response.writeHead(401, { 'www-authenticate': 'Bearer' }).end();
        if (!found) return response.writeHead(404).end();
        return response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(found));
      },
      { tls: true },
    ),
  );
  const oauth = { client_metadata_url: `${server.url}/client.json` };
  const { script } = desk(notes({ url: `${server.url}/mcp`, oauth }));
  const report = reportOf(await script(['auth', 'doctor', 'notes', '--json', '--ca-file', certificateFile]));
  expect(server.count('/register')).toBe(0);
  return report;
}

describe('a client metadata document', () => {
  test('that is in order', async () => {
    const report = await world((client_id) => ({ client_id, redirect_uris: ['http://127.0.0.1/callback'] }));
    expect(odd(report)).toEqual([]);
    expect(step(report, 'registration').seen).toMatch(
      /client metadata document https:\/\/\S+\/client\.json$/,
    );
  });

  test.each<[string, (id: string) => object | undefined, string]>([
    ['that is not there', () => undefined, 'registration failed invalid_client'],
    ['of another client', (id) => ({ client_id: `${id}x` }), 'registration failed invalid_client'],
    [
      'without a way back to this machine',
      (client_id) => ({ client_id, redirect_uris: ['https://x.example/'] }),
      'registration warning',
    ],
  ])('%s', async (_, document, told) => {
    const report = await world(document);
    expect(odd(report)).toEqual([told]);
    expect(step(report, 'registration').clause).toMatch(/client-id-metadata-document/);
  });

  test('that the server does not take: it would register', async () => {
    const report = await world(() => undefined, false);
    expect(odd(report)).toEqual(['registration warning']);
    expect(step(report, 'registration').seen).toMatch(
      /dynamic registration at \S+\/register, which was not tried/,
    );
  });
});
