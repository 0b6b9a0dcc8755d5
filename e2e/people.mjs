// The beginning that several stories share: the first person, a second one, a self-check.

export const PASSWORD = "correct horse battery";

/** Makes the first account by the set-up link; ends on the first page. */
export async function setUp(rashin, page, t, { organisation, name, email = "first@example.jp" }) {
  await page.goto(rashin.setUpLink);
  await page.getByLabel(t("label-organisation")).fill(organisation);
  await page.getByLabel(t("label-name")).fill(name);
  await page.getByLabel(t("label-email")).fill(email);
  await page.getByLabel(t("label-password")).fill(PASSWORD);
  await page.getByRole("button", { name: t("set-up-go") }).click();
  await page.waitForURL(`${rashin.url}/`);
}

/** Invites a person with a role; gives the link that was made. */
export async function invite(rashin, page, t, { email, role }) {
  await page.goto(`${rashin.url}/accounts`);
  await page.locator("form[action='/accounts'] [name=email]").fill(email);
  await page.locator("form[action='/accounts'] [name=role]").selectOption(role);
  await page.getByRole("button", { name: t("accounts-invite") }).click();
  return page.getByLabel(t("accounts-link")).inputValue();
}

/** Takes an invitation; ends on the first page. */
export async function accept(rashin, page, t, link, name) {
  await page.goto(link);
  await page.getByLabel(t("label-name")).fill(name);
  await page.getByLabel(t("label-password")).fill(PASSWORD);
  await page.getByRole("button", { name: t("invitation-go") }).click();
  await page.waitForURL(`${rashin.url}/`);
}

export async function signIn(rashin, page, t, email, password = PASSWORD) {
  await page.goto(`${rashin.url}/sign-in`);
  await page.getByLabel(t("label-email")).fill(email);
  await page.getByLabel(t("label-password")).fill(password);
  await page.getByRole("button", { name: t("sign-in-go"), exact: true }).click();
}

/** Begins a self-check of the first unit; gives its address without the host. */
export async function begin(rashin, page, t, { period, set = "benchmark-25" }) {
  await page.goto(`${rashin.url}/assessments/new`);
  await page.getByLabel(t("label-period")).fill(period);
  await page.locator(`[name=item_set][value=${set}]`).check();
  await page.getByRole("button", { name: t("start-go"), exact: true }).click();
  await page.waitForURL(/\/assessments\/[^/]+\/profile/);
  return new URL(page.url()).pathname.replace(/\/profile$/, "");
}
