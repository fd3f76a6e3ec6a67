import { isIP } from 'node:net';
import { typed } from '../typed.ts';
import { loopbackRedirect } from '../url.ts';

/**
 * What a person types on the machine with the browser, so that a redirect to this one reaches it. Undefined if nobody
 * came by SSH. `connection` is SSH_CONNECTION: client address, its port, our address, our port. Pure.
 */
export function tunnelCommand(
  redirectUri: string,
  connection: string | undefined,
  user: string | undefined,
): string | undefined {
  const redirect = loopbackRedirect(redirectUri);
  if (!connection || !redirect) return undefined;
  const [, , address = '', port = '22'] = connection.split(' ');
  const host = isIP(address) === 0 ? 'this-machine' : address;
  const target = redirect.hosts[0] === '::1' ? '[::1]' : redirect.hosts[0];
  const forward = `${redirect.port}:${target}:${redirect.port}`;
  const named = user && /^[\w.-]+$/.test(user) ? `${user}@${host}` : host;
  return typed('ssh', '-L', forward, ...(/^\d+$/.test(port) && port !== '22' ? ['-p', port] : []), named);
}
