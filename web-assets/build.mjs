// Builds the static files of the pages into dist/. Plain Node, no bundler:
// third-party files are copied from node_modules, our own from src/.
// A file is written only when its content changed, so that a repeated build touches nothing.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(fileURLToPath(import.meta.url));
const modules = join(root, "node_modules");
const dist = join(root, "dist");
const written = new Set();
let changed = 0;

function emit(name, content) {
  const bytes = Buffer.from(content);
  const path = join(dist, name);
  written.add(name);
  if (existsSync(path) && readFileSync(path).equals(bytes)) return;
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, bytes);
  changed += 1;
}

function own(name) {
  return readFileSync(join(root, "src", name), "utf8");
}

function thirdParty(...path) {
  return readFileSync(join(modules, ...path));
}

/** The font's style sheet under its plain family name, with paths beside it. */
function fontSheet() {
  const sheet = thirdParty("@fontsource-variable", "noto-sans-jp", "wght.css").toString("utf8");
  return sheet
    .replaceAll("'Noto Sans JP Variable'", "'Noto Sans JP'")
    .replaceAll("url(./files/", "url(fonts/")
    .replaceAll("format('woff2-variations')", "format('woff2')");
}

function copyFonts() {
  const folder = join(modules, "@fontsource-variable", "noto-sans-jp", "files");
  for (const name of readdirSync(folder).filter((file) => file.endsWith("-wght-normal.woff2"))) {
    emit(join("fonts", name), readFileSync(join(folder, name)));
  }
  emit("fonts.css", fontSheet());
}

function copyLicences() {
  const packages = {
    "htmx.txt": ["htmx.org", "LICENSE"],
    "design-tokens.txt": ["@digital-go-jp", "design-tokens", "LICENSE"],
    "noto-sans-jp.txt": ["@fontsource-variable", "noto-sans-jp", "LICENSE"],
    "zxcvbn-ts.txt": ["@zxcvbn-ts", "language-common", "LICENSE.txt"],
  };
  for (const [name, path] of Object.entries(packages)) emit(join("licences", name), thirdParty(...path));
}

/** The commonest passwords that are long enough to be tried here, the commonest first. */
function commonPasswords() {
  const all = JSON.parse(thirdParty("@zxcvbn-ts", "language-common", "src", "passwords.json"));
  const long = all.filter((password) => password.length >= 8).slice(0, 3000);
  if (long.length < 3000) throw new Error(`only ${long.length} common passwords`);
  return `${long.join("\n")}\n`;
}

function files(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(dist, join(entry.parentPath ?? entry.path, entry.name)));
}

/** Removes what an earlier build wrote and this one does not know. */
function sweep() {
  for (const name of files(dist)) {
    if (written.has(name)) continue;
    rmSync(join(dist, name));
    changed += 1;
  }
}

function digest() {
  const sum = createHash("sha256");
  for (const name of [...written].sort()) sum.update(name).update("\0").update(readFileSync(join(dist, name)));
  return sum.digest("hex").slice(0, 16);
}

emit("htmx.min.js", thirdParty("htmx.org", "dist", "htmx.min.js").toString("utf8").replace(/\n\/\/# sourceMappingURL=.*\s*$/, "\n"));
emit("tokens.css", thirdParty("@digital-go-jp", "design-tokens", "dist", "tokens.css"));
copyFonts();
copyLicences();
emit("rashin.css", ["rashin.css", "charts.css", "print.css"].map(own).join("\n"));
emit(join("lists", "common-passwords.txt"), commonPasswords());
for (const name of ["rashin.js", "passkeys.js", "icons.svg", "logo.svg", "favicon.svg"]) emit(name, own(name));
sweep();
console.log(`web-assets: ${written.size} files, ${changed} changed, ${digest()}`);
