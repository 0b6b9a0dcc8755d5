// The sample companies: every page that the navigation leads to and every diagnosis, in both languages, wide and narrow.
import assert from "node:assert/strict";
import { test } from "node:test";
import { inOrder, watched } from "./checks.mjs";
import { start } from "./harness.mjs";
import { signIn } from "./people.mjs";
import { textsOf } from "./texts.mjs";

const SIZES = [{ width: 1280, height: 900 }, { width: 390, height: 844 }];
const PERSON = ["hanako@example.jp", "rashin-demo-compass"];

/** Paths on this page that `selector` finds, each once, without those that hold a file. */
async function links(page, selector) {
  const found = await page.locator(selector).evaluateAll((all) => all.filter((a) => !a.hasAttribute("download")).map((a) => new URL(a.href)).map((url) => url.pathname));
  return [...new Set(found)];
}

/** One page of each kind, found by following links as a person does. */
async function everyKind(rashin, page) {
  const kinds = new Map();
  const queue = ["/"];
  const kindOf = (path) => path.replace(/\/[0-9a-f]{32}/, "/*").replace(/\/areas\/\d/, "/areas/*").replace(/\/(releases|item-sets)\/[^/]+/, "/$1/*");
  const passedOver = /^\/(api|static|preferences|sign-out)\b/;
  while (queue.length > 0) {
    const path = queue.shift();
    const kind = kindOf(path);
    if (kinds.has(kind) || passedOver.test(path)) continue;
    const response = await page.goto(`${rashin.url}${path}`);
    assert.equal(response.status(), 200, path);
    // The licences are plain text, the same in every language.
    if (!response.headers()["content-type"].startsWith("text/html")) continue;
    kinds.set(kind, path);
    queue.push(...(await links(page, "a[href^='/']")));
  }
  return [...kinds.values()];
}

test("sample companies", { concurrency: 2 }, async (tester) => {
  const rashin = await start(tester, { sample: true });
  const first = await rashin.page({ viewport: SIZES[0] });
  await signIn(rashin, first, textsOf("ja"), ...PERSON);
  await first.waitForURL(`${rashin.url}/`);
  const pages = await everyKind(rashin, first);
  await first.goto(`${rashin.url}/assessments`);
  const checks = await links(first, "main a[href^='/assessments/']:not([href$='/new'])");
  const state = await first.context().storageState();

  await tester.test("the navigation and the pages lead to all kinds of pages", () => {
    for (const path of ["/", "/assessments", "/units", "/releases", "/accounts", "/audit-log", "/me", "/assessments/new", "/help"]) assert.ok(pages.includes(path), path);
    for (const kind of [/\/diagnosis$/, /\/history$/, /\/profile$/, /\/areas\/\d$/, /\/releases\/./, /\/item-sets\/./]) assert.ok(pages.some((path) => kind.test(path)), String(kind));
    assert.ok(checks.length >= 14, `${checks.length} self-checks`);
  });

  const runs = [];
  for (const language of ["ja", "en"]) {
    for (const viewport of SIZES) {
      const run = tester.test(`${language}, ${viewport.width} px`, async () => {
        const page = watched(await rashin.page({ language, viewport, storageState: state }));
        for (const path of pages) {
          await page.goto(`${rashin.url}${path}`);
          assert.equal(await page.locator("html").getAttribute("lang"), language, path);
          await inOrder(rashin, page);
        }
        for (const check of checks) {
          // A self-check without an approval leads back to itself.
          await page.goto(`${rashin.url}${check}/diagnosis`);
          await inOrder(rashin, page, { axe: false });
        }
        await page.context().close();
      });
      runs.push(run);
    }
  }
  await Promise.all(runs);
});
