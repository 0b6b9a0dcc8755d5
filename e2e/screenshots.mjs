// Pictures of every page of the sample companies, to be looked at: e2e/out/LANGUAGE-SIZE[-dark]/NAME.png and the PDF's pages.
import { execFile } from "node:child_process";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { out, start } from "./harness.mjs";
import { signIn } from "./people.mjs";
import { CLIENT, SECRET, startProvider } from "./provider.mjs";
import { textsOf } from "./texts.mjs";

const run = promisify(execFile);
const SIZES = { desktop: { width: 1280, height: 900 }, phone: { width: 390, height: 844 } };

const ends = [];
const after = { after: (end) => ends.push(end) };
const provider = await startProvider(after, {});
const rashin = await start(after, { sample: true, options: ["--sign-on-reach", "loopback"] });

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
  await page.goto(`${rashin.url}/accounts`);
  const lost = await page.locator("main a[href$='/factors']").first().getAttribute("href");
  return {
    lost, roles: "/access/roles", consents: "/access/consents", parties: "/access/parties", explain: "/access/explain",
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

/** A provider, so that the page of single sign-on and that of signing in have one. */
async function addProvider(page, t) {
  await page.goto(`${rashin.url}/sign-on`);
  const fields = { provider_name: "羅針サンプル認証（架空）", issuer: provider.issuer, client_id: CLIENT, client_secret: SECRET, domains: "example.jp" };
  for (const [name, value] of Object.entries(fields)) await page.getByLabel(t(`label-${name}`)).fill(value);
  await page.getByRole("button", { name: t("sign-on-go"), exact: true }).click();
  await page.getByText(t("done-provider-added")).waitFor();
}

/** The form that is kept while one proves to be there. */
async function keptForm(state) {
  // Nobody has proved anything lately.
  await run("python3", ["-c", "import sqlite3, sys; base = sqlite3.connect(sys.argv[1], timeout=10); base.execute('UPDATE sessions SET proved_at_ms = 0'); base.commit()", join(rashin.folder, "data", "rashin.sqlite")]);
  for (const language of ["ja", "en"]) {
    for (const [size, viewport] of Object.entries(SIZES)) {
      const page = await rashin.page({ language, viewport, storageState: state });
      await page.goto(`${rashin.url}/tokens`);
      await page.locator("form[action='/tokens'] [name=token_name]").fill("export");
      await page.locator("form[action='/tokens'] button[type=submit]").click();
      await page.waitForURL(/\/me\/proof/);
      await page.screenshot({ path: join(out, `${language}-${size}`, "kept-form.png"), fullPage: true, timeout: 60_000 });
      await page.context().close();
    }
  }
}

async function setUpPages() {
  const fresh = await start(after);
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
  await addProvider(first, textsOf("ja"));
  const pages = await pagesFor(first);
  const state = await first.context().storageState();
  for (const language of ["ja", "en"]) {
    for (const size of Object.keys(SIZES)) await pictures(language, size, state, pages);
    await run("pdftoppm", ["-r", "80", "-png", join(out, `${language}.pdf`), join(out, `pdf-${language}`)]);
  }
  const { home, area, diagnosis } = pages;
  await pictures("ja", "desktop", state, { home, area, diagnosis }, "dark");
  await keptForm(state);
  await setUpPages();
  console.log(out);
} finally {
  for (const end of ends) await end();
}
