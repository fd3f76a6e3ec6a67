// What is kept for one (server, account). JSON in a secret store; parsed as hostile input, because whoever can write
// a keyring entry or a Vault path could otherwise point a refresh token at an endpoint of theirs.
// No schema library: the parsing of one record must not cost a start-up.
import { StoreError } from '../errors.ts';
import {
  absent,
  type Check,
  cleanText,
  httpsUrl,
  InvalidField,
  integer,
  objectOf,
  oneOf,
  listOf,
  uri,
  visible,
} from './shape.ts';

