// led.

import { fail } from "../command.js";
import type { CommandCall, CommandResult, CommandTable } from "../command.js";

function switchLed(call: CommandCall): CommandResult {
  const { text, device, output } = call;
  if (text !== "" && text !== "on" && text !== "off") return fail(call, "on or off");
  if (text !== "") device.led = text === "on";
  void output.write(`LED ${device.led ? "on" : "off"}\n`);
}

export const hardwareCommands: CommandTable = {
  led: { usage: "led on|off", help: "switches the LED; alone: says how it is", run: switchLed },
};
