// What assembly/abi/*.ts say, read as TypeScript's syntax: enums and constants with their values and what is written
// above them. The files are AssemblyScript, too, so they are not imported here: their types and flags are the
// compiler's.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";

/** A member of an enum, or a constant. */
export interface Fact {
  name: string;
  /** As it is written: 0x102. Of a constant that a flag can set, what it is without. */
  value: string;
  /** Of a constant: the flag of the build that can set it. */
  flag?: string;
  docs: string;
}

export interface Enumeration {
  name: string;
  docs: string;
  members: Fact[];
}

function parse(root: string, file: string): ts.SourceFile {
  const path = join(root, "assembly", "abi", file);
  return ts.createSourceFile(file, readFileSync(path, "utf8"), ts.ScriptTarget.Latest, true);
}

function docsOf(node: ts.Node): string {
  const [comment] = ts.getJSDocCommentsAndTags(node);
  return ts.getTextOfJSDocComment(comment?.comment)?.replace(/\s+/g, " ") ?? "";
}

/** The exported enums of a file. */
export function readEnums(root: string, file: string): Enumeration[] {
  return parse(root, file)
    .statements.filter(ts.isEnumDeclaration)
    .map((statement) => ({
      name: statement.name.text,
      docs: docsOf(statement),
      members: statement.members.map((member) => ({
        name: member.name.getText(),
        value: member.initializer!.getText(),
        docs: docsOf(member),
      })),
    }));
}

/** The exported constants of a file. Throws for one whose value is neither a number nor a flag's. */
export function readConstants(root: string, file: string): Fact[] {
  return parse(root, file)
    .statements.filter(ts.isVariableStatement)
    .map((statement) => {
      const { name, initializer } = statement.declarationList.declarations[0]!;
      const isFlag = initializer && ts.isConditionalExpression(initializer);
      const value = isFlag ? initializer.whenFalse : initializer;
      if (!value || !ts.isNumericLiteral(value)) throw new Error(`${file}: ${name.getText()} is no number`);
      return {
        name: name.getText(),
        value: value.getText(),
        docs: docsOf(statement),
        ...(isFlag && ts.isIdentifier(initializer.whenTrue) && { flag: initializer.whenTrue.text }),
      };
    });
}
