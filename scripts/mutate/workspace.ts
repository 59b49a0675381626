// A copy of the tree outside it, in which one mutation after the other is made, built and undone.
//
// A mutation of AssemblyScript costs the compilation of the modules that its file is part of; one of the Node host its
// translation, as the command's tests run dist/. The tests of the C host compile what they need.

import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import ts from "typescript";
import { BUILD_NAMES, buildNamed } from "../../assembly/abi/builds.js";
import { buildTarget } from "../compile/target.js";
import { listFiles } from "./git.js";

const C_FLAGS = ["-std=c11", "-Wall", "-Wextra", "-Werror", "-fsyntax-only", "-Ihost/c"];

/** A mutation that does not compile is a fault of the list. */
export class BuildError extends Error {}

export class Workspace {
  readonly folder: string;
  /** What was there before, to be put back. */
  readonly #saved = new Map<string, Buffer>();

  constructor(root: string) {
    this.folder = mkdtempSync(join(tmpdir(), "sesame-mutate-"));
    for (const file of listFiles(root)) {
      mkdirSync(dirname(join(this.folder, file)), { recursive: true });
      cpSync(join(root, file), join(this.folder, file));
    }
    for (const made of ["build", "dist"]) cpSync(join(root, made), join(this.folder, made), { recursive: true });
    symlinkSync(join(root, "node_modules"), join(this.folder, "node_modules"));
    this.cleanTemporary();
  }

  /** Where tests leave their files: those that were ended do not remove them. */
  get temporary(): string {
    return join(this.folder, "tmp");
  }

  cleanTemporary(): void {
    rmSync(this.temporary, { recursive: true, force: true });
    mkdirSync(this.temporary);
  }

  /** Replaces a source file and builds what is made of it. Throws a `BuildError` where that cannot be compiled. */
  async apply(file: string, text: string): Promise<void> {
    const targets = file.startsWith("assembly/") ? BUILD_NAMES.filter((target) => this.#sources(target).has(file)) : [];
    this.#write(file, text);
    if (/^host\/(core|node)\//.test(file)) this.#translate(file, text);
    if (file.endsWith(".c")) this.#checkC(file);
    for (const target of targets) {
      for (const path of [`build/${target}.wasm`, `build/plain/${target}.wasm`]) this.#save(path);
      try {
        await buildTarget(this.folder, target);
      } catch (error) {
        throw new BuildError(String(error));
      }
    }
  }

  /** Undoes `apply`. */
  restore(): void {
    for (const [path, content] of this.#saved) writeFileSync(join(this.folder, path), content);
    this.#saved.clear();
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  #save(path: string): void {
    if (!this.#saved.has(path)) this.#saved.set(path, readFileSync(join(this.folder, path)));
  }

  #write(path: string, text: string): void {
    this.#save(path);
    writeFileSync(join(this.folder, path), text);
  }

  /** The files that a target is compiled from. */
  #sources(target: string): Set<string> {
    const found = new Set<string>();
    const visit = (path: string): void => {
      if (found.has(path)) return;
      found.add(path);
      for (const [, name] of readFileSync(join(this.folder, path), "utf8").matchAll(/from "(\.[^"]+)"/g)) {
        visit(`${join(dirname(path), name!)}.ts`);
      }
    };
    visit(buildNamed(target).entry);
    return found;
  }

  #translate(file: string, text: string): void {
    const { config } = ts.readConfigFile(join(this.folder, "tsconfig.json"), (path) => readFileSync(path, "utf8")) as {
      config: { compilerOptions: object };
    };
    const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, this.folder);
    const { outputText, diagnostics = [] } = ts.transpileModule(text, {
      compilerOptions: options,
      fileName: file,
      reportDiagnostics: true,
    });
    if (diagnostics.length > 0)
      throw new BuildError(ts.flattenDiagnosticMessageText(diagnostics[0]!.messageText, "\n"));
    const path = `dist/${file.replace(/\.ts$/, ".js")}`;
    if (existsSync(join(this.folder, path))) this.#write(path, outputText);
  }

  #checkC(file: string): void {
    const { status, stderr } = spawnSync("gcc", [...C_FLAGS, file], { cwd: this.folder, encoding: "utf8" });
    if (status !== 0) throw new BuildError(stderr);
  }
}
