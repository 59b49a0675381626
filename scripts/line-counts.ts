// How long the boards' own files are, as the table in docs/porting.md. `tsx scripts/line-counts.ts` prints it; with
// `--write` it goes into the page. test/boards/porting.test.ts compares the two.

import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { packageRoot } from "../host/node/modules.js";

const PAGE = join(packageRoot(), "docs", "porting.md");
const TABLE = /(?<=<!-- lines -->\n)[^]*?(?=<!-- end -->)/;
/** What ESP-IDF leaves in a project's folder. */
const NOT_OURS = new Set(["build", "managed_components"]);

/** The table, with `\n` behind each row. */
export function lineCountTable(): string {
  const folder = join(packageRoot(), "boards");
  const rows = readdirSync(folder)
    .sort()
    .map((board) => {
      const files = filesBelow(join(folder, board));
      const lines = (wanted: (path: string) => boolean): number =>
        files.filter(wanted).reduce((sum, path) => sum + readFileSync(path, "utf8").split("\n").length - 1, 0);
      const isC = (path: string): boolean => /\.[ch]$/.test(path);
      const isBuild = (path: string): boolean =>
        !isC(path) && /CMakeLists|\.(cmake|ld|yml|projbuild|defaults)/.test(path);
      return `| ${board} | ${lines(isC)} | ${lines((path) => path.endsWith("main.c"))} | ${lines(isBuild)} |\n`;
    });
  return `| folder of \`boards\` | lines of C | of these in \`main.c\` | lines of build files |\n|---|---|---|---|\n${rows.join("")}`;
}

/** The page as it is, and the table in it. */
export function readPage(): { page: string; table: string } {
  const page = readFileSync(PAGE, "utf8");
  return { page, table: TABLE.exec(page)?.[0] ?? "" };
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => !NOT_OURS.has(name))
    .map((name) => join(folder, name))
    .flatMap((path) => (statSync(path).isDirectory() ? filesBelow(path) : [path]));
}

if (import.meta.url === pathToFileURL(process.argv[1]!).href) {
  if (process.argv[2] === "--write") writeFileSync(PAGE, readPage().page.replace(TABLE, lineCountTable()));
  else process.stdout.write(lineCountTable());
}
