// What TypeScript is told of assembly/abi: host/core/abi.ts.

import { format } from "prettier";
import { type Export, EXPORTS } from "../../assembly/abi/exports.js";
import type { Fact } from "./sources.js";
import { comment, header, sentence } from "./text.js";

function member({ name, kind, parameters, result, docs }: Export, optional = false): string {
  const mark = optional ? "?" : "";
  const list = parameters.map((parameter) => `${parameter}: number`).join(", ");
  const type = {
    function: `${mark}(${list}): ${result === "void" ? "void" : "number"}`,
    global: ": WebAssembly.Global",
    memory: ": WebAssembly.Memory",
  };
  return `${comment(sentence(docs), "  ")}  ${name}${type[kind]};\n`;
}

function declaration(name: string, base: string | undefined, docs: string, members: string[]): string {
  return `/** ${docs} */\nexport interface ${name} ${base ? `extends ${base} ` : ""}{\n${members.join("")}}\n`;
}

/** host/core/abi.ts, as prettier has it. */
export function abiTypes(constants: Fact[]): Promise<string> {
  const { common, buffers, transport, userauth, verifyingUserauth, fullUserauth, connection, shell } = EXPORTS;
  const members = (exports: readonly Export[]): string[] => exports.map((entry) => member(entry));
  const reset = verifyingUserauth.map((entry) =>
    member({ ...entry, docs: `in builds that verify signatures: ${entry.docs}` }, true),
  );
  const interfaces = [
    declaration("CommonExports", undefined, "What all modules export.", members(common)),
    declaration("BufferExports", "CommonExports", "The buffers of all modules but userauth.", members(buffers)),
    declaration("TransportExports", "BufferExports", "RFC 4253.", members(transport)),
    declaration("UserauthExports", "CommonExports", "RFC 4252: every build.", [...members(userauth), ...reset]),
    declaration("FullUserauthExports", "UserauthExports", "RFC 4252: the full build.", members(fullUserauth)),
    declaration("ConnectionExports", "BufferExports", "RFC 4254.", members(connection)),
    declaration("ShellExports", "BufferExports", "The lines of the device shell.", members(shell)),
  ];
  const values = constants.map(({ name, value, docs }) => `${comment(docs)}export const ${name} = ${value};\n`);
  const text =
    header("assembly/abi", "what crosses the border between host and modules, in the words of docs/abi.md") +
    "// Numbers are i32 to JavaScript: `ModuleMemory` reads them as the u32 that they are.\n\n" +
    [...interfaces, ...values].join("\n");
  return format(text, { parser: "typescript", printWidth: 120 });
}
