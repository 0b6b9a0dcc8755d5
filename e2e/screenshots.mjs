// Pictures of every page of the sample companies, to be looked at: e2e/out/LANGUAGE-SIZE[-dark]/NAME.png and the PDF's pages.
import { execFile } from "node:child_process";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { out, start } from "./harness.mjs";
import { signIn } from "./people.mjs";
import { textsOf } from "./texts.mjs";

const run = promisify(execFile);
const SIZES = { desktop: { width: 1280, height: 900 }, phone: { width: 390, height: 844 } };

const ends = [];
const rashin = await start({ after: (end) => ends.push(end) }, { sample: true });

/** The sample self-check of a unit in a state, the newest first: its path. */
async function find(page, query) {
  await page.goto(`${rashin.url}/assessments?${new URLSearchParams(query)}`);
  return page.locator("main tbody th a").first().evaluate((a) => new URL(a.href).pathname.replace(/\/diagnosis$/, ""));
}

async function pagesFor(page) {
  const shop = { q: "あさひ" };
  const [approved, open, submitted] = [await find(page, { ...shop, state: "approved" }), await find(page, { ...shop, state: "open" }), await find(page, { state: "submitted" })];
  await page.goto(`${rashin.url}/units`);
  const edit = await page.locator(".tree a[href*='edit=']").nth(1).getAttribute("href");
  await page.goto(`${rashin.url}/releases`);
  const release = await page.locator("main tbody th a").first().getAttribute("href");
  return {
    home: "/", assessments: "/assessments", "assessments-none": "/assessments?q=nothing", new: "/assessments/new",
    profile: `${open}/profile`, area: `${open}/areas/1`, "area-frozen": `${approved}/areas/3`, open, submitted, approved,
    import: `${open}/import`, history: `${approved}/history`, diagnosis: `${approved}/diagnosis`,
    units: "/units", "unit-edit": edit, accounts: "/accounts", me: "/me", releases: "/releases", release,
    "item-set": "/item-sets/benchmark-25", help: "/help", log: "/audit-log", "not-found": "/nowhere",
    ...(await pagesOfAccess(page)),
  };
}

async function pagesOfAccess(page) {
  await page.goto(`${rashin.url}/audit-log?act=access.`);
  const entry = await page.locator("main a[href^='/audit-entries/']").first().getAttribute("href");
  await page.goto(`${rashin.url}/access/roles`);
  return {
    roles: "/access/roles", consents: "/access/consents", parties: "/access/parties", explain: "/access/explain",
    tokens: "/tokens", "sign-on": "/sign-on", export: "/export", "log-entry": entry, "log-check": "/audit-log/check?verify=yes",
    totp: "/me/totp", proof: "/me/proof", licences: "/help/licences",
  };
}

async function picture(page, folder, name, path) {
  await page.goto(`${rashin.url}${path}`);
  await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true, timeout: 60_000 });
}

async function pictures(language, size, state, pages, theme = "light") {
  const folder = join(out, `${language}-${size}${theme === "dark" ? "-dark" : ""}`);
  await mkdir(folder, { recursive: true });
  const page = await rashin.page({ language, viewport: SIZES[size], storageState: state, colorScheme: theme, reducedMotion: "reduce" });
  for (const [name, path] of Object.entries(pages)) await picture(page, folder, name, path);
  if (theme === "light") {
    const stranger = await rashin.page({ language, viewport: SIZES[size] });
    await picture(stranger, folder, "sign-in", "/sign-in");
    await stranger.context().close();
    const pdf = await page.request.get(`${rashin.url}${pages.diagnosis}.pdf?language=${language}`);
    await writeFile(join(out, `${language}.pdf`), await pdf.body());
  }
  await page.context().close();
}

async function setUpPages() {
  const fresh = await start({ after: (end) => ends.push(end) });
  for (const language of ["ja", "en"]) {
    for (const [size, viewport] of Object.entries(SIZES)) {
      const page = await fresh.page({ language, viewport });
      await page.goto(fresh.setUpLink);
      await page.screenshot({ path: join(out, `${language}-${size}`, "set-up.png"), fullPage: true, timeout: 60_000 });
      await page.context().close();
    }
  }
}

try {
  await rm(out, { recursive: true, force: true });
  const first = await rashin.page();
  await signIn(rashin, first, textsOf("ja"), "hanako@example.jp", "rashin-demo-compass");
  await first.waitForURL(`${rashin.url}/`);
  const pages = await pagesFor(first);
  const state = await first.context().storageState();
  for (const language of ["ja", "en"]) {
    for (const size of Object.keys(SIZES)) await pictures(language, size, state, pages);
    await run("pdftoppm", ["-r", "80", "-png", join(out, `${language}.pdf`), join(out, `pdf-${language}`)]);
  }
  const { home, area, diagnosis } = pages;
  await pictures("ja", "desktop", state, { home, area, diagnosis }, "dark");
  await setUpPages();
  console.log(out);
} finally {
  for (const end of ends) await end();
}
