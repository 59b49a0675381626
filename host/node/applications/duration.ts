/** "1 d 2 h 3 min 4 s", from the first unit of which there is one. */
export function duration(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  const units = [
    { unit: "d", seconds: 86_400, count: Infinity },
    { unit: "h", seconds: 3_600, count: 24 },
    { unit: "min", seconds: 60, count: 60 },
    { unit: "s", seconds: 1, count: 60 },
  ];
  return units
    .filter((unit) => seconds >= unit.seconds || unit.unit === "s")
    .map((unit) => `${Math.floor(seconds / unit.seconds) % unit.count} ${unit.unit}`)
    .join(" ");
}
