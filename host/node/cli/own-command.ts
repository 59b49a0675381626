// How another program, such as ssh, starts this one: by a command that is still there tomorrow.

import { existsSync, realpathSync } from "node:fs";
import { delimiter, dirname, join, sep } from "node:path";

/** The command; `note`: what has to be done before it works. */
export interface OwnCommand {
  command: string[];
  note?: string;
}

/** `script`: the file that runs, as the system names it. */
export function ownCommand(script: string, path = process.env["PATH"] ?? "", program = process.execPath): OwnCommand {
  const real = realpathSync(script);
  // npx may clear its cache at any time, and puts it on the PATH of what it runs
  if (real.split(sep).includes("_npx"))
    return {
      command: ["sesame"],
      note: "this copy is in npx's cache; npm i -g sesame-ssh installs the command sesame",
    };
  return { command: isOnPath(real, path) ? ["sesame"] : [program, real] };
}

/**
 * Whether a shell would find the same program under the name sesame. npm adds folders of its own to the path, for a
 * while.
 */
function isOnPath(script: string, path: string): boolean {
  const folders = path.split(delimiter).filter((folder) => folder !== "" && !folder.includes("node_modules"));
  const found = folders.map((folder) => join(folder, "sesame")).find((file) => existsSync(file));
  if (found === undefined) return false;
  // on Windows npm writes a script beside the package's folder
  return process.platform === "win32" ? script.startsWith(dirname(found)) : realpathSync(found) === script;
}
