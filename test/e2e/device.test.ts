// Signing in with a device code (RFC 8628) at the certified authorization server.
import { describe, expect, test } from 'vitest';
import { devicePerson } from '../support/device.ts';
import type { Hit } from '../support/loopback.ts';
import { toolNames } from '../support/person.ts';
import { scene } from '../support/scene.ts';

const LIST = '--server notes tools list --json';
const GRANT = 'urn:ietf:params:oauth:grant-type:device_code';
const device = { oauth: { grant_type: 'device_code' } };

const asked = (log: Hit[], path: string) =>
  log.filter((hit) => hit.path === path).map(({ params }) => params);

describe('a device code', () => {
  test.each([
    ['the flag', {}, `${LIST} --device`],
    ['the configuration', device, LIST],
  ])('by %s: signs in, and the next command needs nobody', async (_, entry, line) => {
    const { authorization, server, person, script } = await scene({ entry, authorization: { device: true } });
    const browser = devicePerson(authorization);
    const result = await person(line, { browser });
    expect(result).toMatchObject({ exit: 0 });
    expect(toolNames(result)).toContain('echo');
    expect(result.stderr).toContain(browser.code());
    expect(browser.opened).toEqual([`${authorization.issuer}/device`]);
    const { paths, log } = authorization;
    expect(asked(log, paths.registration)).toHaveLength(1);
    expect(log.find(({ path }) => path === paths.registration)?.json).toMatchObject({
      grant_types: ['refresh_token', GRANT],
      response_types: [],
      redirect_uris: [],
    });
    const [request] = asked(log, paths.device);
    expect(request).toMatchObject({ resource: server.mcpUrl, scope: expect.stringContaining('mcp:read') });
    const tokens = asked(log, paths.token);
    expect(tokens.map(({ grant_type }) => grant_type)).toEqual(tokens.map(() => GRANT));
    expect(tokens.every(({ resource }) => resource === server.mcpUrl)).toBe(true);
    expect(authorization.count(paths.authorization)).toBe(0);
    expect(await script(LIST)).toMatchObject({ exit: 0 });
  });
});
