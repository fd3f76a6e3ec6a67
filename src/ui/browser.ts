export function openBrowser(
  _url: string,
  _options: { env: Readonly<Record<string, string | undefined>>; platform: NodeJS.Platform },
): Promise<void> {
  return Promise.reject(new Error('not here yet'));
}
