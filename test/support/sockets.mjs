// Loaded before the program with `node --import`: writes down where every connection goes, to the file of SOCKETS_LOG.
import { appendFileSync } from 'node:fs';
import net from 'node:net';
import { watchSockets } from './sockets-watch.mjs';

watchSockets(net, (place) => appendFileSync(process.env.SOCKETS_LOG ?? '', `${place}\n`));
