// A browser without a person: it follows redirects and meta refreshes, keeps cookies, and reports what it saw.
// Plain JavaScript, because browser-child.mjs is started by node itself.

/** @type {import('./walk.d.mts').walk} */
export async function walk(start, { maxHops = 20, tamper, fetch: ask = fetch } = {}) {
  const cookies = new Map();
  const hops = [];
  let url = start;
  while (hops.length <= maxHops) {
    const response = await ask(url, {
      redirect: 'manual',
      headers: { accept: 'text/html', cookie: sent(cookies, url) },
    });
    for (const line of response.headers.getSetCookie()) keep(cookies, url, line);
    hops.push({ url, status: response.status });
    const body = await response.text();
    const next = response.headers.get('location') ?? refresh(body);
    if (next === undefined)
      return { hops, url, status: response.status, headers: Object.fromEntries(response.headers), body };
    const target = new URL(next, url);
    url = tamper?.(target) ?? target.href;
  }
  throw new Error(`more than ${maxHops} hops from ${start}`);
}

function refresh(html) {
  return /<meta[^>]+http-equiv="?refresh"?[^>]+url=([^"'>]+)/i.exec(html)?.[1]?.replace(/&amp;|&#38;/g, '&');
}

// As in a real browser, a cookie belongs to a host and a path, whatever the port.
function keep(cookies, url, line) {
  const [pair = '', ...attributes] = line.split(/; */);
  const equals = pair.indexOf('=');
  const attribute = (name) =>
    attributes.find((text) => text.toLowerCase().startsWith(`${name}=`))?.slice(name.length + 1);
  const { hostname } = new URL(url);
  const path = attribute('path') ?? '/';
  const key = `${hostname} ${path} ${pair.slice(0, equals)}`;
  const expires = attribute('expires');
  if (expires !== undefined && Date.parse(expires) <= Date.now()) cookies.delete(key);
  else cookies.set(key, { hostname, path, pair });
}

function sent(cookies, url) {
  const { hostname, pathname } = new URL(url);
  return [...cookies.values()]
    .filter((cookie) => cookie.hostname === hostname && covers(cookie.path, pathname))
    .map(({ pair }) => pair)
    .join('; ');
}

function covers(path, pathname) {
  return pathname === path || pathname.startsWith(path.endsWith('/') ? path : `${path}/`);
}
