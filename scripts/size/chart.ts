// The chart of the size report, docs/size.svg: one bar for each module, its sections stacked, its budget as a mark.
//
// Written by hand: the charting libraries that are kept up draw into a DOM or bring megabytes, for what is 20
// rectangles. In comes the report of host/node/cli/size-report.ts; out goes SVG, the same bytes for the same report, on
// a background of its own: the page around it need not be of the colour that the viewer prefers.

import { group, type ModuleSize, type SizeReport } from "../../host/node/cli/size-report.js";
import { BOARD_ARGON2_MEMORY_KIB } from "../../assembly/abi/builds.js";
import type { Budgets } from "../budgets.js";

const WIDTH = 760;
const BAR_LEFT = 192;
const BAR_WIDTH = 430;
const BAR_HEIGHT = 22;
const ROW_HEIGHT = 40;
const FIRST_ROW = 84;

/** What the bar distinguishes; every other section counts as the rest. */
const PARTS = [
  { label: "code", sections: ["code"], color: "#4285d6" },
  { label: "data", sections: ["data"], color: "#e0912f" },
  { label: "exports", sections: ["export"], color: "#2ba084" },
  { label: "rest", sections: undefined, color: "#9199a5" },
] as const;

const STYLE = `
  text { font: 13px system-ui, -apple-system, "Segoe UI", Helvetica, Arial, sans-serif; fill: #24292f; }
  .title { font-size: 16px; font-weight: 600; }
  .quiet { fill: #59636e; }
  .budget { stroke: #24292f; stroke-width: 2; }
  .page { fill: #ffffff; stroke: #d1d9e0; }
  @media (prefers-color-scheme: dark) {
    .page { fill: #0d1117; stroke: #3d444d; }
    text { fill: #e6edf3; }
    .quiet { fill: #9198a1; }
    .budget { stroke: #e6edf3; }
  }
`;

/** Bytes of each part of `PARTS`. */
function partsOf({ bytes, sections }: ModuleSize): number[] {
  const named = PARTS.map((part) => (part.sections ?? []).reduce((sum, section) => sum + (sections[section] ?? 0), 0));
  const rest = bytes - named.reduce((sum, value) => sum + value, 0);
  return PARTS.map((part, index) => (part.sections ? named[index]! : rest));
}

/** The SVG. `byteBudgets` and `memoryBudgets` are those of budgets.json. */
export function drawSizes(report: SizeReport, byteBudgets: Budgets, memoryBudgets: Budgets): string {
  const largest = Math.max(...report.modules.map(({ name, bytes }) => Math.max(bytes, byteBudgets[name] ?? 0)));
  const x = (bytes: number): number => Math.round((bytes / largest) * BAR_WIDTH * 10) / 10;
  const text = (left: number, top: number, content: string, attributes = ""): string =>
    `<text x="${left}" y="${top}"${attributes}>${content}</text>`;

  const legend = PARTS.flatMap(({ label, color }, index) => [
    `<rect x="${BAR_LEFT + index * 90}" y="46" width="12" height="12" rx="2" fill="${color}"/>`,
    text(BAR_LEFT + index * 90 + 18, 57, label, ' class="quiet"'),
  ]);
  legend.push(
    `<path class="budget" d="M${BAR_LEFT + 366} 44v16"/>`,
    text(BAR_LEFT + 376, 57, "budget", ' class="quiet"'),
  );

  const rows = report.modules.flatMap((module, row) => {
    const top = FIRST_ROW + row * ROW_HEIGHT;
    const budget = byteBudgets[module.name];
    let start = 0;
    const bars = partsOf(module).map((bytes, part) => {
      const left = x(start);
      start += bytes;
      const width = Math.round((x(start) - left) * 10) / 10;
      return `<rect x="${BAR_LEFT + left}" y="${top}" width="${width}" height="${BAR_HEIGHT}" fill="${PARTS[part]!.color}"/>`;
    });
    const total = budget === undefined ? group(module.bytes) : `${group(module.bytes)} of ${group(budget)}`;
    const end = x(Math.max(module.bytes, budget ?? 0));
    return [
      text(BAR_LEFT - 12, top + 16, module.name, ' text-anchor="end"'),
      ...bars,
      budget === undefined ? "" : `<path class="budget" d="M${BAR_LEFT + x(budget)} ${top - 4}v${BAR_HEIGHT + 8}"/>`,
      text(BAR_LEFT + end + 10, top + 16, total),
    ];
  });

  const notes = footnotes(report, byteBudgets, memoryBudgets);
  const notesTop = FIRST_ROW + report.modules.length * ROW_HEIGHT + 14;
  const height = notesTop + notes.length * 20 + 4;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" role="img">`,
    `<title>Size of the modules in bytes</title>`,
    `<style>${STYLE}</style>`,
    `<rect class="page" x="0.5" y="0.5" width="${WIDTH - 1}" height="${height - 1}" rx="8"/>`,
    text(24, 28, "Size of the modules, in bytes of .wasm", ' class="title"'),
    ...legend,
    ...rows.filter((line) => line !== ""),
    ...notes.map((note, line) => text(24, notesTop + line * 20, note, ' class="quiet"')),
    `</svg>`,
    "",
  ].join("\n");
}

/** What the bars cannot show: budgets that several modules share. */
function footnotes({ modules, connectionMemory }: SizeReport, byteBudgets: Budgets, memoryBudgets: Budgets): string[] {
  const shared = Object.entries(byteBudgets).filter(([name]) => name.includes(" + "));
  const sums = shared.map(([name, budget]) => {
    const parts = name.split(" + ");
    const sum = modules.filter((module) => parts.includes(module.name)).reduce((total, { bytes }) => total + bytes, 0);
    return `${name}: ${group(sum)} of ${group(budget)}`;
  });
  const memory = Object.values(connectionMemory).map(group).join(", ");
  const most = group(Math.max(...Object.values(memoryBudgets)));
  return [
    ...sums,
    `linear memory of one connection, by userauth module: ${memory} of ${most}`,
    "userauth is the full build, with every feature; its memory is without Argon2's blocks, a flag of the build",
    `userauth-board is the same for boards; its memory is with ${BOARD_ARGON2_MEMORY_KIB} KiB of such blocks`,
  ];
}
