// who and log. Both tell of others, names and addresses among it: they are for administrators.

import { CommandStatus, fail } from "../command.js";
import type { CommandCall, CommandResult, CommandTable } from "../command.js";
import { duration } from "../duration.js";

function who({ device, output }: CommandCall): void {
  const lines = [...device.sessions].map(([{ id, user, remoteAddress }, since]) => {
    const from = remoteAddress === "" ? "" : ` from ${remoteAddress}`;
    return `connection ${id}: ${escaped(user ?? "")}${from} for ${duration(performance.now() - since)}\n`;
  });
  void output.write(lines.join(""));
}

function showLog(call: CommandCall): CommandResult {
  const { text, device, output } = call;
  if (!/^\d*$/.test(text)) return fail(call, "how many lines is a number");
  if (!device.log) return fail(call, "nothing is kept here", CommandStatus.FAILED);
  const lines = device.log.last(text === "" ? undefined : Number(text));
  void output.write(lines.map((line) => `${line}\n`).join(""));
}

/** What a terminal would obey is shown by its bytes, as in the log of boards. */
function escaped(text: string): string {
  return text.replace(/[\x00-\x1f\x7f-\x9f]/g, (character) =>
    Array.from(Buffer.from(character), (byte) => `\\x${byte.toString(16).padStart(2, "0")}`).join(""),
  );
}

export const peopleCommands: CommandTable = {
  who: { help: "who is logged in", audience: "administrators", run: who },
  log: { usage: "log [LINES]", help: "the last lines of the log", audience: "administrators", run: showLog },
};
