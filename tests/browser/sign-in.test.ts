/** The page to sign in, with a provider beside the password. */
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { axeFaults, openBrowser } from "../support/browser.ts";
import { type FreshHouse, startFreshHouse } from "../support/fresh-house.ts";
import { CLIENT, type OpenIdProvider, startOpenIdProvider } from "../support/openid-provider.ts";

const browser = await openBrowser();

describe.skipIf(browser === null)("signing in with a provider", () => {
  let provider: OpenIdProvider;
  let house: FreshHouse;
  let page: Page;
  const errors: string[] = [];
  beforeAll(async () => {
    provider = await startOpenIdProvider({ sub: "1", email: "admin@baton.local", email_verified: true });
    house = await startFreshHouse({
      BATON_OIDC_ISSUER: provider.issuer,
      BATON_OIDC_CLIENT_ID: CLIENT.id,
      BATON_OIDC_CLIENT_SECRET: CLIENT.secret,
      BATON_OIDC_NAME: "Acme",
    });
    if (browser === null) return;
    page = await browser.newPage({ reducedMotion: "reduce", viewport: { width: 1280, height: 900 } });
    page.on("pageerror", (error) => errors.push(error.message));
    page.on("console", (message) => {
      if (message.text().includes("Content Security Policy")) errors.push(message.text());
    });
  });
  afterAll(async () => {
    await browser?.close();
    await house.stop();
    await provider.stop();
  });

  const press = () => page.getByRole("button", { name: "Sign in with Acme" }).click();
  const says = (words: string) => page.getByRole("alert").getByText(words).waitFor();

  test("stands above the password, light and dark, wide and on a phone, without a fault", async () => {
    await page.goto(new URL("/sign-in", house.link).href);
    await page.getByRole("button", { name: "Sign in with Acme" }).waitFor();
    await page.getByRole("textbox", { name: "E-mail" }).waitFor();
    for (const colorScheme of ["light", "dark"] as const)
      for (const width of [1280, 390]) {
        await page.emulateMedia({ colorScheme });
        await page.setViewportSize({ width, height: 900 });
        expect(await axeFaults(page)).toEqual([]);
        expect(await page.evaluate(`document.documentElement.scrollWidth`)).toBeLessThanOrEqual(width);
      }
    await page.setViewportSize({ width: 1280, height: 900 });
  });

  test("says why somebody stays outside, in words of its own", async () => {
    provider.claims = { email: "eve@elsewhere.example" };
    await press();
    await says("Nobody of your address may come in here.");
    expect(await axeFaults(page)).toEqual([]);
    await page.goto(new URL("/sign-in?refused=Your+password+has+expired", house.link).href);
    await page.getByRole("button", { name: "Sign in with Acme" }).waitFor();
    expect(await page.getByRole("alert").count()).toBe(0);
  });

  test("leads in whom an admin has added", async () => {
    provider.claims = {};
    await press();
    await page.getByRole("button", { name: "Connect Intercom" }).waitFor();
    expect(errors).toEqual([]);
  });
});
