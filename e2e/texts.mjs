// The product's own texts, read from where they lie, so that a story finds a button by the name that people read.
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");

function read(language) {
  const source = join(root, "crates", "rashin", "src");
  const files = readdirSync(source, { recursive: true }).filter((name) => name.endsWith(join("texts", `${language}.ftl`)));
  const lines = files.flatMap((name) => readFileSync(join(source, name), "utf8").split("\n"));
  return new Map(lines.map((line) => line.match(/^([\w-]+) = (.+)$/)).filter(Boolean).map(([, key, text]) => [key, text]));
}

/** Gives each key of a language its text; `args` fill in what the text leaves open. Texts with plural forms are not known. */
export function textsOf(language) {
  const known = read(language);
  return (key, args = {}) => {
    const text = known.get(key);
    assert.ok(text !== undefined && !text.endsWith("->"), `${language}: no plain text ${key}`);
    return text.replace(/\{ \$([\w-]+) \}/g, (_, name) => args[name] ?? assert.fail(`${key} needs ${name}`));
  };
}
