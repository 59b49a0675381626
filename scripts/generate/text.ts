// Names and comments of what is generated.

const COLUMNS = 120;

/** inputPtr, UserauthStatus and publickey-small as INPUT_PTR, USERAUTH_STATUS and PUBLICKEY_SMALL. */
export function upperSnake(name: string): string {
  return name
    .replace(/([a-z0-9])([A-Z])/g, "$1_$2")
    .replaceAll("-", "_")
    .toUpperCase();
}

/** A sentence: a capital first, a full stop last. */
export function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1) + (/[.!?:]$/.test(text) ? "" : ".");
}

/** A comment above a declaration, `indent` deep, in lines of at most 120 columns. Empty for no text. */
export function comment(text: string, indent = ""): string {
  if (text === "") return "";
  const lines = [`${indent}/**`];
  for (const word of [...text.split(" "), "*/"]) {
    const longer = `${lines.at(-1)} ${word}`;
    if (longer.length <= COLUMNS) lines[lines.length - 1] = longer;
    else lines.push(`${indent} * ${word}`);
  }
  return `${lines.join("\n")}\n`;
}

/** The first lines of a file. */
export function header(sources: string, what: string): string {
  return `// Generated from ${sources} by \`npm run generate\`: ${what}.\n`;
}
