// Passkeys with the browser's own virtual authenticator: registered, used alone and as second step, for a fresh proof,
// taken away. And that everything else works where the browser has none. Then a second factor that the organisation demands.
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { test } from "node:test";
import { inOrder, watched } from "./checks.mjs";
import { start } from "./harness.mjs";
import { PASSWORD, invite, setUp, signIn } from "./people.mjs";
import { textsOf } from "./texts.mjs";

const EMAIL = "first@example.jp";

/** Gives the page's browser an authenticator that always finds its person; says yes to everything. */
async function authenticator(page) {
  const session = await page.context().newCDPSession(page);
  await session.send("WebAuthn.enable");
  const { authenticatorId } = await session.send("WebAuthn.addVirtualAuthenticator", {
    options: { protocol: "ctap2", transport: "internal", hasResidentKey: true, hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true },
  });
  const credentials = async () => (await session.send("WebAuthn.getCredentials", { authenticatorId })).credentials;
  const clear = () => session.send("WebAuthn.clearCredentials", { authenticatorId });
  return { credentials, clear };
}

async function signOut(page, t) {
  await page.locator("details.menu > summary").click();
  await page.getByRole("button", { name: t("sign-out"), exact: true }).click();
  await page.getByText(t("done-signed-out")).waitFor();
}

test("a passkey from registration to removal", async (tester) => {
  const t = textsOf("ja");
  const rashin = await start(tester);
  const page = watched(await rashin.page());
  await setUp(rashin, page, t, { organisation: "株式会社こだま製作所", name: "山本 さくら" });
  const keys = await authenticator(page);

  await tester.test("is registered with a name", async () => {
    await page.goto(`${rashin.url}/me`);
    await page.getByLabel(t("label-passkey_name")).fill("会社のPC");
    await page.getByRole("button", { name: t("passkey-add") }).click();
    await page.getByText(t("done-passkey-added")).waitFor();
    await page.getByText("会社のPC").first().waitFor();
    const [made] = await keys.credentials();
    assert.ok(made.isResidentCredential);
    assert.equal(made.rpId, "localhost");
    await inOrder(rashin, page);
  });

  await tester.test("signs in alone, without an address", async () => {
    await signOut(page, t);
    await page.goto(`${rashin.url}/sign-in?next=/units`);
    await inOrder(rashin, page);
    await page.getByRole("button", { name: t("passkey-sign-in") }).click();
    await page.waitForURL(`${rashin.url}/units`);
  });

  await tester.test("is the second step after the password", async () => {
    await signOut(page, t);
    await signIn(rashin, page, t, EMAIL);
    await page.waitForURL(/sign-in\/second-step/);
    await inOrder(rashin, page);
    await page.getByRole("button", { name: t("passkey-use") }).click();
    await page.waitForURL(`${rashin.url}/`);
  });

  await tester.test("gives a fresh proof", async () => {
    await page.goto(`${rashin.url}/me/proof?next=/accounts`);
    await inOrder(rashin, page);
    await page.getByRole("button", { name: t("passkey-use") }).click();
    await page.getByText(t("done-proved")).waitFor();
    assert.equal(new URL(page.url()).pathname, "/accounts");
  });

  await tester.test("the password alone is not enough, a recovery code is", async () => {
    await page.goto(`${rashin.url}/me`);
    await page.getByRole("button", { name: t("recovery-renew") }).click();
    const code = await page.locator("ol.mono li").first().innerText();
    await inOrder(rashin, page);
    const other = await rashin.page({ javaScriptEnabled: false });
    await signIn(rashin, other, t, EMAIL);
    await other.waitForURL(/sign-in\/second-step/);
    assert.equal(await other.getByRole("button", { name: t("passkey-use") }).count(), 0);
    await other.goto(`${rashin.url}/units`);
    await other.waitForURL(/sign-in\?next/);
    await other.goBack();
    await other.goto(`${rashin.url}/sign-in/second-step`);
    await other.getByLabel(t("label-code")).fill(code.toLowerCase());
    await other.getByRole("button", { name: t("sign-in-go"), exact: true }).click();
    await other.waitForURL(`${rashin.url}/`);
  });

  await tester.test("a browser without the key is told so, and the person stays outside", async () => {
    const stranger = watched(await rashin.page());
    await authenticator(stranger);
    await stranger.goto(`${rashin.url}/sign-in`);
    await stranger.getByRole("button", { name: t("passkey-sign-in") }).click();
    await stranger.getByText(t("error-passkey")).waitFor();
    await stranger.goto(`${rashin.url}/me`);
    await stranger.waitForURL(/sign-in/);
  });

  await tester.test("is taken away, and the password is enough again", async () => {
    await page.goto(`${rashin.url}/me`);
    await page.getByRole("button", { name: new RegExp(`^${t("passkey-remove")}.*会社のPC`) }).click();
    await page.getByText(t("done-passkey-removed")).waitFor();
    await signOut(page, t);
    // What was removed no longer signs in.
    await page.getByRole("button", { name: t("passkey-sign-in") }).click();
    await page.getByText(t("error-passkey")).waitFor();
    await signIn(rashin, page, t, EMAIL, PASSWORD);
    await page.waitForURL(`${rashin.url}/`);
  });
});

/** The six digits that an authenticator app with this key shows now. */
function digits(key) {
  const bits = [...key].map((sign) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(sign).toString(2).padStart(5, "0")).join("");
  const secret = Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)));
  const step = Buffer.alloc(8);
  step.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000)));
  const hash = createHmac("sha1", secret).update(step).digest();
  const number = hash.readUInt32BE(hash[19] & 15) & 0x7fffffff;
  return String(number % 1_000_000).padStart(6, "0");
}

test("a second factor that is demanded is registered before anything else", async (tester) => {
  const t = textsOf("ja");
  const rashin = await start(tester);
  const page = watched(await rashin.page());
  await setUp(rashin, page, t, { organisation: "株式会社こだま製作所", name: "山本 さくら" });
  const link = await invite(rashin, page, t, { email: "second@example.jp", role: "staff" });
  const come = async (newcomer, invitation, name) => {
    await newcomer.goto(invitation);
    await newcomer.getByLabel(t("label-name")).fill(name);
    await newcomer.getByLabel(t("label-password")).fill(PASSWORD);
    await newcomer.getByRole("button", { name: t("invitation-go") }).click();
    await newcomer.waitForURL(`${rashin.url}/me`);
  };
  const demand = async () => {
    await page.goto(`${rashin.url}/accounts`);
    await page.locator("[name=demanded_of][value=everybody]").check();
    await page.getByRole("button", { name: t("demand-save"), exact: true }).click();
  };

  await tester.test("whoever demands it has one first", async () => {
    await demand();
    await page.getByText(t("error-demand-own-first")).first().waitFor();
    await inOrder(rashin, page);
    await authenticator(page);
    await page.goto(`${rashin.url}/me`);
    await page.getByLabel(t("label-passkey_name")).fill("会社のPC");
    await page.getByRole("button", { name: t("passkey-add") }).click();
    await page.getByText(t("done-passkey-added")).waitFor();
    await demand();
    await page.getByText(t("done-factors-demanded")).waitFor();
    await inOrder(rashin, page);
  });

  await tester.test("a newcomer registers an authenticator app, without scripts, and goes on", async () => {
    const other = watched(await rashin.page({ javaScriptEnabled: false }));
    await come(other, link, "佐藤 次郎");
    await other.getByText(t("demand-held", { organisation: "株式会社こだま製作所" })).waitFor();
    await other.goto(`${rashin.url}/units`);
    await other.waitForURL(`${rashin.url}/me`);
    await other.getByRole("button", { name: t("totp-begin") }).click();
    const key = (await other.locator("[aria-labelledby=key-label]").innerText()).replaceAll(" ", "");
    await other.getByLabel(t("label-code")).fill(digits(key));
    await other.getByRole("button", { name: t("totp-confirm"), exact: true }).click();
    await other.getByRole("link", { name: t("recovery-kept") }).click();
    await other.waitForURL(`${rashin.url}/me`);
    await other.goto(`${rashin.url}/units`);
    assert.equal(new URL(other.url()).pathname, "/units");
  });

  await tester.test("the page that holds somebody is in order", async () => {
    const again = await invite(rashin, page, t, { email: "third@example.jp", role: "staff" });
    const third = watched(await rashin.page());
    await come(third, again, "田中 三郎");
    await inOrder(rashin, third);
  });
});
