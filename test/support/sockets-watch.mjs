/** @type {import('./sockets-watch.d.mts').watchSockets} */
export function watchSockets(net, told) {
  const { prototype } = net.Socket;
  const { connect } = prototype;
  prototype.connect = function (...given) {
    // `net.connect` passes what it has made of its arguments on as one array.
    const [first, second] = Array.isArray(given[0]) ? given[0] : given;
    const {
      host = 'localhost',
      port,
      path,
    } = typeof first === 'object' && first !== null ? first : { port: first, host: second };
    if (path === undefined || path === null) told(`${host}:${port}`);
    return connect.apply(this, given);
  };
  return () => {
    prototype.connect = connect;
  };
}
