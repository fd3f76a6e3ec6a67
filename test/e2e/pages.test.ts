// The pages that people see in a sign-in, in a real Chromium without scripts: at phone and desktop width, light and dark.
import type { Browser as Chromium, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type AuthorizationServer, authorizationServer } from '../support/authorization-server.ts';
import { chromiumMissing, pageBrowser, startChromium } from '../support/chromium.ts';
import { modernServer } from '../support/modern-server.ts';
import { atTerminal, listTools, notes } from '../support/person.ts';
import { sandboxed } from '../support/sandbox.ts';

const views = [
  { width: 360, height: 740, colorScheme: 'light' },
  { width: 360, height: 740, colorScheme: 'dark' },
  { width: 1280, height: 800, colorScheme: 'light' },
  { width: 1280, height: 800, colorScheme: 'dark' },
] as const;

/** WCAG 2.2, relative luminance and contrast. */
function contrast(a: string, b: string): number {
  const [light = 0, dark = 0] = [a, b].map(luminance).sort((one, other) => other - one);
  return (light + 0.05) / (dark + 0.05);
}
function luminance(color: string): number {
  const [r = 0, g = 0, b = 0] = (color.match(/\d+/g) ?? []).slice(0, 3).map((part) => {
    const value = Number(part) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

describe.skipIf(chromiumMissing)(`pages${chromiumMissing ? ` (${chromiumMissing})` : ''}`, () => {
  let chromium: Chromium;
  let authorization: AuthorizationServer;
  let server: Awaited<ReturnType<typeof modernServer>>;

  beforeAll(async () => {
    chromium = await startChromium();
    authorization = await authorizationServer();
    server = await modernServer({ authorizationServers: [authorization] });
  }, 60_000);

  afterAll(async () => {
    await chromium?.close();
    await server?.close();
    await authorization?.close();
  });

  async function visit(view: (typeof views)[number], name: string) {
    const { colorScheme, ...viewport } = view;
    const context = await chromium.newContext({ viewport, colorScheme, javaScriptEnabled: false });
    const page = await context.newPage();
    const browser = pageBrowser(page);
    const result = await listTools(notes({ url: server.mcpUrl }), atTerminal({ browser }));
    await shoot(page, `${name}-${viewport.width}-${colorScheme}`);
    return { page, result, complaints: browser.complaints, close: () => context.close() };
  }

  async function legible(page: Page) {
    const seen = await page.locator('main').evaluate((main) => {
      const style = main.ownerDocument.defaultView?.getComputedStyle(main);
      return { ink: style?.color ?? '', card: style?.backgroundColor ?? '' };
    });
    expect(contrast(seen.ink, seen.card)).toBeGreaterThan(7);
    const root = page.locator('html');
    expect(await root.evaluate((html) => html.scrollWidth <= html.clientWidth)).toBe(true);
  }

  test.each(views)('success at $width in $colorScheme', async (view) => {
    const { page, result, complaints, close } = await visit(view, 'success');
    expect(result.exit).toBe(0);
    expect(await page.getByRole('heading').textContent()).toBe('Authorized');
    await legible(page);
    expect(complaints).toEqual([]);
    await close();
  });

  test.each(views)('refusal at $width in $colorScheme', async (view) => {
    authorization.behaviour.decision = 'deny';
    const { page, result, close } = await visit(view, 'refusal');
    authorization.behaviour.decision = 'grant';
    expect(result.exit).toBe(4);
    expect(result.stderr).toContain('access_denied');
    expect(await page.locator('main').textContent()).toContain('access_denied');
    await legible(page);
    await close();
  });

  test.each(views)('the consent of the sandbox at $width in $colorScheme', async (view) => {
    const { sandbox, person } = await sandboxed([], { approve: false });
    expect(sandbox.url).not.toBe('');
    const { colorScheme, ...viewport } = view;
    const context = await chromium.newContext({ viewport, colorScheme, javaScriptEnabled: false });
    const page = await context.newPage();
    const browser = pageBrowser(page);
    const running = person('tools list notes --json', { browser });
    const allow = page.getByRole('button', { name: 'Allow' });
    await allow.waitFor();
    await shoot(page, `consent-${viewport.width}-${colorScheme}`);
    await legible(page);
    // Reached by the keyboard alone, and the safe answer comes first.
    await page.keyboard.press('Tab');
    expect(await page.locator(':focus').textContent()).toBe('Deny');
    await allow.click();
    await page.getByRole('heading', { name: 'Authorized' }).waitFor();
    expect(await running).toMatchObject({ exit: 0, stdout: expect.stringContaining('search_notes') });
    expect(browser.complaints).toEqual([]);
    await context.close();
  });
});

/** For docs/images: MCP_CLI_SCREENSHOTS names the folder. */
async function shoot(page: Page, name: string): Promise<void> {
  const folder = process.env.MCP_CLI_SCREENSHOTS;
  if (folder) await page.screenshot({ path: `${folder}/${name}.png` });
}
