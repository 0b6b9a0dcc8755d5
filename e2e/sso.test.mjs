// Single sign-on with a provider of others: set up on the page, people come and go with their groups, and a provider that
// lies lets nobody in.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { inOrder, watched } from "./checks.mjs";
import { start } from "./harness.mjs";
import { PASSWORD, setUp } from "./people.mjs";
import { CLIENT, KNOWN, SECRET, startProvider } from "./provider.mjs";
import { textsOf } from "./texts.mjs";

const TESTS = new URL("../crates/rashin/src/federation/tests/", import.meta.url);
const ADMINISTRATOR = "first@example.jp";
const NEWCOMER = "hayashi@example.jp";

/** Lies by name, each with the cause that the log names; the same lists as the tests of the product's own provider. */
function listOf(file) {
  const lines = readFileSync(new URL(file, TESTS), "utf8").split("\n");
  return lines.filter((line) => line && !line.startsWith("#")).map((line) => line.split(" = "));
}

/** Adds a provider on the page; gives its address here. */
async function addProvider(rashin, page, t, provider, { name, bringsPeople }) {
  await page.goto(`${rashin.url}/sign-on`);
  await page.getByLabel(t("label-provider_name")).fill(name);
  await page.getByLabel(t("label-issuer")).fill(provider.issuer);
  await page.getByLabel(t("label-client_id")).fill(CLIENT);
  await page.getByLabel(t("label-client_secret")).fill(SECRET);
  await page.getByLabel(t("label-domains")).fill("example.jp");
  if (bringsPeople) await page.getByLabel(t("sign-on-brings"), { exact: true }).check();
  await page.getByRole("button", { name: t("sign-on-go"), exact: true }).click();
  await page.getByText(t("done-provider-added")).waitFor();
  const back = await page.locator(".card", { hasText: name }).locator("dt", { hasText: t("sign-on-redirect") }).locator("+ dd").innerText();
  provider.register(back);
  return back.replace(/\/callback$/, "");
}

/** Says at the provider who one is. */
async function sayWho(page, subject) {
  await page.getByLabel("Name").fill(subject);
  await page.getByRole("button", { name: "Go on" }).click();
}

async function signOut(page, t) {
  await page.locator("details.menu > summary").click();
  await page.getByRole("button", { name: t("sign-out"), exact: true }).click();
  await page.getByText(t("done-signed-out")).waitFor();
}

/** What the API tells the asker of this page. */
async function told(rashin, page, path) {
  const reply = await page.request.get(`${rashin.url}/api/v1${path}`);
  assert.equal(reply.status(), 200, path);
  return reply.json();
}

async function rolesOf(rashin, page, email) {
  const person = (await told(rashin, page, "/accounts")).find((one) => one.email === email);
  return person?.grants.map((grant) => grant.role);
}

/** Sentences by which a refusal says what to do. */
function advice(t, cause) {
  const keys = ["", "-again", "-cancelled", "-unreachable", "-email", "-unknown", "-suspended"];
  return keys.map((key) => t(`error-sign-on${key}`, { cause }));
}

/** Reads the log as the administrator: what it tells of sign-ons at a provider since the last look. */
function reader(rashin, page, provider) {
  let last = 0;
  return async () => {
    const entries = await told(rashin, page, `/audit-entries?act=federation.sign-on&object_id=${provider}`);
    const fresh = entries.filter((entry) => entry.seq > last);
    last = Math.max(last, ...entries.map((entry) => entry.seq));
    return fresh;
  };
}

/** Asserts that nobody was let in and that the page says what to do. */
async function refused(rashin, page, response, cause, lie) {
  assert.equal(response.status(), 403, lie);
  const alert = await page.getByRole("alert").innerText();
  assert.ok(page.advice(cause).includes(alert.trim()), `${lie}: ${alert}`);
  const cookies = await page.context().cookies(rashin.url);
  assert.ok(!cookies.some(({ name }) => name === "rashin_session"), lie);
}

/** Asserts that these refusals, and no others, were entered in the log, each once, in this order. */
async function entered(page, causes) {
  const fresh = await page.entries();
  assert.deepEqual(fresh.reverse().map((entry) => [valueOf(entry, "outcome"), valueOf(entry, "cause")]), causes.map((cause) => ["refused", cause]));
}

function valueOf(entry, name) {
  const fact = entry.facts.find((one) => one.name === name);
  return fact && JSON.parse(fact.value);
}

test("single sign-on", { timeout: 120_000 }, async (tester) => {
  const [t, en] = [textsOf("ja"), textsOf("en")];
  const people = {
    hayashi: { email: NEWCOMER, name: "林 あおい", groups: ["監査チーム", "else"] },
    first: { email: ADMINISTRATOR, name: "山本 さくら", groups: [] },
  };
  const provider = await startProvider(tester, people);
  const rashin = await start(tester, { options: ["--sign-on-reach", "loopback"] });
  const admin = watched(await rashin.page());
  await setUp(rashin, admin, t, { organisation: "株式会社こだま製作所", name: "山本 さくら", email: ADMINISTRATOR });
  let door;
  const newcomer = watched(await rashin.page());

  await tester.test("is set up on the page, with a group and what it gives", async () => {
    await admin.goto(`${rashin.url}/sign-on`);
    await inOrder(rashin, admin);
    door = await addProvider(rashin, admin, t, provider, { name: "社内アカウント", bringsPeople: true });
    await inOrder(rashin, admin);
    await admin.locator("[name=group]").fill("監査チーム");
    await admin.locator("form[action='/sign-on/groups'] [name=role]").selectOption("auditor");
    await admin.getByRole("button", { name: t("groups-go"), exact: true }).click();
    await admin.getByText(t("done-group-mapped")).waitFor();
    await inOrder(rashin, admin);
    const english = watched(await rashin.page({ language: "en", storageState: await admin.context().storageState() }));
    await english.goto(`${rashin.url}/sign-on`);
    await inOrder(rashin, english);
    await english.context().close();
  });

  await tester.test("a new person gets an account and the role of the group", async () => {
    await newcomer.goto(`${rashin.url}/sign-in?next=/me`);
    await inOrder(rashin, newcomer);
    await newcomer.getByRole("link", { name: t("sign-on-by", { name: "社内アカウント" }) }).click();
    await sayWho(newcomer, "hayashi");
    await newcomer.waitForURL(`${rashin.url}/me`);
    await inOrder(rashin, newcomer);
    assert.equal((await told(rashin, newcomer, "/sessions/current")).name, "林 あおい");
    assert.deepEqual(await rolesOf(rashin, admin, NEWCOMER), ["auditor"]);
    await newcomer.goto(`${rashin.url}/audit-log`);
    await inOrder(rashin, newcomer);
  });

  await tester.test("the second time it is the same account", async () => {
    const { account_id: before } = await told(rashin, newcomer, "/sessions/current");
    await signOut(newcomer, t);
    assert.equal((await newcomer.request.get(`${rashin.url}/api/v1/sessions/current`)).status(), 401);
    // The address changed meanwhile; the subject counts.
    people.hayashi.email = "hayashi-aoi@example.jp";
    await newcomer.goto(door);
    await newcomer.waitForURL(`${rashin.url}/`);
    assert.equal((await told(rashin, newcomer, "/sessions/current")).account_id, before);
    assert.equal((await told(rashin, admin, "/accounts")).length, 2);
  });

  await tester.test("who left the group has lost the role at the next sign-in", async () => {
    people.hayashi.groups = ["else"];
    await signOut(newcomer, t);
    await newcomer.goto(door);
    await newcomer.waitForURL(`${rashin.url}/`);
    assert.deepEqual(await rolesOf(rashin, admin, NEWCOMER), []);
    const response = await newcomer.goto(`${rashin.url}/audit-log`);
    assert.equal(response.status(), 403);
    await inOrder(rashin, newcomer);
    people.hayashi.groups = ["監査チーム"];
    await signOut(newcomer, t);
    await newcomer.goto(door);
    await newcomer.waitForURL(`${rashin.url}/`);
    assert.deepEqual(await rolesOf(rashin, admin, NEWCOMER), ["auditor"]);
  });

  // Two people, each with a provider of their own that lies.
  const victims = [];
  for (const [language, texts] of [["ja", t], ["en", en]]) {
    const page = watched(await rashin.page({ language }));
    page.liar = await startProvider(tester, people);
    page.liar.forgettable();
    page.door = await addProvider(rashin, admin, t, page.liar, { name: `よその口 ${language}`, bringsPeople: false });
    page.entries = reader(rashin, admin, page.door.split("/").pop());
    page.advice = (cause) => advice(texts, cause);
    page.liar.hold();
    await page.goto(page.door);
    await sayWho(page, "first");
    await page.getByText("held").waitFor();
    victims.push(page);
  }

  await tester.test("every lie of the provider is refused, told, and entered once", async () => {
    // There is one organisation here only.
    const lies = listOf("lies.txt").filter(([lie]) => lie !== "address of another tenant");
    assert.deepEqual(lies.map(([lie]) => lie).sort(), [...KNOWN].sort());
    const suffer = async (page, own) => {
      for (const [index, [lie, cause]] of own.entries()) {
        page.liar.lie(lie);
        await refused(rashin, page, await page.goto(`${page.door}?next=/units`), cause, lie);
        // A provider that could not be asked is left alone for three seconds.
        if (lie.startsWith("discovery")) await page.waitForTimeout(3_100);
        if (index === 0) await inOrder(rashin, page);
      }
      // The log is read by pages of fifty.
      assert.ok(own.length < 50);
      await entered(page, own.map(([, cause]) => cause));
    };
    await Promise.all(victims.map((page, turn) => suffer(page, lies.filter((_, index) => index % victims.length === turn))));
  });

  await tester.test("every answer that does not belong to the browser is refused", async () => {
    const [page, other] = victims;
    const begin = async (by = page) => {
      by.liar.forgettable();
      const held = by.liar.hold();
      await by.goto(by.door);
      return new URL(await held);
    };
    const earlier = await begin();
    const elsewhere = { entries: reader(rashin, admin, door.split("/").pop()) };
    await elsewhere.entries();
    const changed = (url, change) => {
      for (const [name, value] of Object.entries(change)) {
        if (value === undefined) url.searchParams.delete(name);
        else url.searchParams.set(name, value);
      }
      return url;
    };
    const lies = {
      "in another browser": async () => [other, (await begin(other), await begin())],
      "in a browser that knows nothing": async () => {
        const stranger = await rashin.page({ language: "en" });
        stranger.advice = other.advice;
        return [stranger, await begin()];
      },
      "state of nobody": async () => [page, changed(await begin(), { state: "nonsense" })],
      "state missing": async () => [page, changed(await begin(), { state: undefined })],
      "at the address of another provider": async () => {
        const url = await begin();
        url.pathname = `${new URL(door).pathname}/callback`;
        return [page, url];
      },
      "in the name of another issuer": async () => [page, changed(await begin(), { iss: "https://evil.example" })],
      "in the name of nobody": async () => [page, changed(await begin(), { iss: undefined })],
      "an error": async () => [page, changed(await begin(), { error: "access_denied" })],
      "no code": async () => [page, changed(await begin(), { code: undefined })],
      "code of another sign-in": async () => [page, changed(await begin(), { code: earlier.searchParams.get("code") })],
    };
    const list = listOf("answers.txt");
    assert.deepEqual(list.map(([lie]) => lie).sort(), Object.keys(lies).sort());
    for (const [lie, cause] of list) {
      const [by, url] = await lies[lie]();
      await refused(rashin, by, await by.goto(url.href), cause, lie);
      // What belongs to no sign-in of the browser is counted, not entered.
      const counted = cause === "state" || cause === "other-browser";
      await entered(cause === "other-provider" ? elsewhere : page, counted ? [] : [cause]);
    }
    // The same answer twice: the first is good, the second is too late.
    const good = await begin();
    await page.goto(good.href);
    // The account was there before: its person signs in as before once, and is told.
    await page.waitForURL(`${page.door}/link`);
    await inOrder(rashin, page);
    assert.ok(!(await page.context().cookies(rashin.url)).some(({ name }) => name === "rashin_session"));
    await page.getByRole("link", { name: t("sign-on-link-door") }).click();
    await page.locator("#email").fill(ADMINISTRATOR);
    await page.locator("#password").fill(PASSWORD);
    await page.getByRole("button", { name: t("sign-in-go"), exact: true }).click();
    await page.waitForURL(`${page.door}/link`);
    await inOrder(rashin, page);
    await page.getByRole("button", { name: t("sign-on-link-go") }).click();
    await page.getByText(t("done-sign-on-linked")).waitFor();
    assert.equal((await told(rashin, page, "/sessions/current")).email, ADMINISTRATOR);
    assert.equal(valueOf((await page.entries())[0], "outcome"), "link asked");
    await page.context().clearCookies({ name: "rashin_session" });
    await refused(rashin, page, await page.goto(good.href), "state", "an answer twice");
    await entered(page, []);
  });

  await tester.test("with the provider its roles end, and nobody signs in by it", async () => {
    await signOut(newcomer, t);
    const held = provider.hold();
    await newcomer.goto(door);
    const onTheWay = await held;
    assert.deepEqual(await rolesOf(rashin, admin, NEWCOMER), ["auditor"]);
    await admin.goto(`${rashin.url}/sign-on`);
    const card = admin.locator(".card", { hasText: "社内アカウント" });
    await card.locator("summary").click();
    await inOrder(rashin, admin);
    await card.getByRole("button", { name: t("sign-on-end-go") }).click();
    await admin.getByText(t("done-provider-ended")).waitFor();
    assert.deepEqual(await rolesOf(rashin, admin, NEWCOMER), []);
    for (const address of [onTheWay, door]) {
      assert.equal((await newcomer.goto(address)).status(), 404);
      await inOrder(rashin, newcomer);
    }
    await newcomer.goto(`${rashin.url}/sign-in`);
    assert.equal(await newcomer.getByRole("link", { name: t("sign-on-by", { name: "社内アカウント" }) }).count(), 0);
    assert.equal((await newcomer.request.get(`${rashin.url}/api/v1/sessions/current`)).status(), 401);
  });
});
