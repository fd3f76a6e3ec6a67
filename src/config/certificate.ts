// The certificate that this side shows to a server: two files, or one with both in it.
import { urlFault } from './address.ts';
import { type Around, absolute, type Block, placeOf, refuse } from './block.ts';
import type { HttpEntry } from './entry.ts';
import { invalid } from './place.ts';
import type { Shaped } from './schema.ts';

/** Nothing is opened here. Throws ConfigError `invalid` for a key without a certificate. */
export function toCertificate(
  { client_cert, client_key, client_cert_urls: urls }: Shaped<'entry'>,
  fields: Block,
  { home }: Around,
): Pick<HttpEntry, 'clientCertificate' | 'clientCertUrls'> {
  for (const [index, url] of (urls ?? []).entries())
    refuse(urlFault(url, false), fields, 'client_cert_urls', index);
  const cert = absolute(client_cert, fields, home);
  if (cert === undefined && client_key !== undefined)
    throw invalid(
      placeOf(fields, 'client_key'),
      'is a key without a certificate',
      'set "client_cert" as well',
    );
  return {
    ...(cert !== undefined && { clientCertificate: { cert, key: absolute(client_key, fields, home) } }),
    ...(urls && { clientCertUrls: urls }),
  };
}
