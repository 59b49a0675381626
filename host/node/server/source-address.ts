// Whom an address stands for, where what one client costs the others is counted.

import { isIPv6 } from "node:net";

const SUBNET_GROUPS = 4;
const GROUPS = 8;

/**
 * An IPv4 address as it is, the first 64 bits of an IPv6 address, which are one subscriber's; anything else as it is.
 */
export function sourceOf(address: string): string {
  const [, mapped] = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address) ?? [];
  if (mapped !== undefined) return mapped;
  if (!isIPv6(address)) return address;
  const [head = "", tail] = address.replace(/%.*$/, "").toLowerCase().split("::");
  const groups = head === "" ? [] : head.split(":");
  const last = tail ? tail.split(":") : [];
  const written = groups.length + last.length + (tail?.includes(".") ? 1 : 0); // a dotted end stands for two
  if (tail !== undefined) groups.push(...Array<string>(Math.max(0, GROUPS - written)).fill("0"), ...last);
  const subnet = groups.slice(0, SUBNET_GROUPS).map((group) => parseInt(group, 16).toString(16));
  return `${subnet.join(":")}::/64`;
}

/** Whether only this machine reaches the address. */
export function isLoopback(address: string): boolean {
  return address === "::1" || /^(::ffff:)?127\.\d+\.\d+\.\d+$/.test(address);
}
