// The manifests of host/c for the registries that firmware authors use: ESP-IDF's components, PlatformIO, Arduino. Each
// says what package.json says, names only what is there, and has the form that its registry asks for.

import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { copyArduinoLibrary } from "../../host/node/firmware/sources.js";
import { packageRoot } from "../../host/node/modules.js";

const root = packageRoot();
const library = join(root, "host", "c");
const folder = mkdtempSync(join(tmpdir(), "sesame-manifests-"));
after(() => rmSync(folder, { recursive: true }));

const read = (name: string): string => readFileSync(join(library, name), "utf8");
const { version, description, license, homepage } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
  version: string;
  description: string;
  license: string;
  homepage: string;
};

/** `name: value` or `name=value`, a line each; lines of other forms have no key. */
function pairs(text: string, separator: ":" | "="): Map<string, string> {
  const pattern = separator === ":" ? /^(\w+): *(.*)$/gm : /^(\w+)=(.*)$/gm;
  return new Map(Array.from(text.matchAll(pattern), ([, key, value]) => [key!, value!.replace(/^"(.*)"$/, "$1")]));
}

/** Where it is said what the library is. */
function assertSays(values: { version: unknown; url: unknown; license?: unknown; description: unknown }): void {
  assert.equal(values.version, version);
  assert.equal(values.url, homepage.replace("#readme", ""));
  if (values.license !== undefined) assert.equal(values.license, license);
  assert.equal(String(values.description).replace(/\.$/, ""), description);
}

test("idf_component.yml says what package.json says, and the ESP-IDF that boards/esp32 asks for", () => {
  const manifest = pairs(read("idf_component.yml"), ":");
  assertSays({
    version: manifest.get("version"),
    url: manifest.get("url"),
    license: manifest.get("license"),
    description: manifest.get("description"),
  });
  const page = /^https:\/\/[^ ]*\/blob\/main\/(.*)$/.exec(manifest.get("documentation")!)![1]!;
  assert.ok(existsSync(join(root, page)), page);
  const idf = /^ {2}idf: .*$/m;
  const board = readFileSync(join(root, "boards", "esp32", "main", "idf_component.yml"), "utf8");
  assert.equal(idf.exec(read("idf_component.yml"))![0], idf.exec(board)![0]);
});

test("library.json says what package.json says, and compiles all but the interpreters, whose sources are not here", () => {
  const manifest = JSON.parse(read("library.json")) as {
    name: string;
    version: string;
    description: string;
    keywords: string[];
    license: string;
    homepage: string;
    headers: string;
    build: { srcDir: string; includeDir: string; srcFilter: string[] };
  };
  assertSays({ ...manifest, url: manifest.homepage });
  assert.match(manifest.name, /^[^:;/,@<>]{1,100}$/);
  for (const keyword of manifest.keywords) assert.match(keyword, /^[a-z\d+. -]{1,50}$/);
  const { srcDir, includeDir, srcFilter } = manifest.build;
  assert.ok(existsSync(join(library, includeDir, manifest.headers)));
  const wanted = new Set<string>();
  const files = readdirSync(join(library, srcDir), { recursive: true, encoding: "utf8" }).filter((file) =>
    /\.c$/.test(file),
  );
  for (const rule of srcFilter) {
    const [, sign, path] = /^([+-])<(.*)>$/.exec(rule)!;
    const found = files.filter(
      (file) => path === "*" || (path!.endsWith("/") ? file.startsWith(path!) : file === path),
    );
    assert.ok(found.length > 0, `${rule} names nothing`);
    for (const file of found) {
      if (sign === "+") wanted.add(file);
      else wanted.delete(file);
    }
  }
  // what sesame.cmake lists for wasm2c
  const [, list = ""] = /set\(sesame_own\n([^)]*)\)/.exec(read("sesame.cmake"))!;
  const listed = list.match(/\w\S*\.c$/gm)!.filter((file) => !file.includes("{"));
  const ofWasm2c = ["engine/wasm2c.c", "engine/wasm2c/multiply.c"];
  assert.deepEqual([...wanted].sort(), [...listed, ...ofWasm2c].sort());
});

test("library.properties says what package.json says, and the layout of the Arduino IDE has its header", () => {
  const manifest = pairs(read("library.properties"), "=");
  assertSays({
    version: manifest.get("version"),
    url: manifest.get("url"),
    description: manifest.get("sentence"),
  });
  const required = [
    "name",
    "version",
    "author",
    "maintainer",
    "sentence",
    "paragraph",
    "category",
    "url",
    "architectures",
  ];
  for (const key of required) assert.ok(manifest.get(key), `${key} is required`);
  assert.match(manifest.get("name")!, /^[A-Za-z0-9][\w .-]{0,62}$/);
  assert.equal(manifest.get("category"), "Communication");
  const files = copyArduinoLibrary(folder);
  assert.ok(files.includes(`src/${manifest.get("includes")}`));
  for (const file of files) assert.ok(existsSync(join(folder, file)), file);
});
