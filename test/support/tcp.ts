// A server of host/node with the built modules, whose instances a test can look at.

import {
  createServer,
  type ModuleSet,
  type Server,
  type ServerOptions,
  type UserauthBuild,
} from "../../host/node/index.js";
import { WIDE_PAYLOAD_BYTES } from "../../assembly/abi/builds.js";
import type { LogEntry } from "../../host/node/server/log.js";
import {
  type CompiledModule,
  type Instance,
  loadModule,
  type ModuleType,
  wideModulePath,
} from "../../host/node/modules.js";
import { keyPairFromSeed } from "../../host/node/credentials/openssh-keys.js";
import { CREDENTIALS, HOST_SEED } from "./session.js";

export interface Fixture {
  server: Server;
  port: number;
  log: LogEntry[];
  /** Every instance that was made, in order, with the name of its layer. */
  made: { type: ModuleType; instance: Instance<never> }[];
}

/** A server on a free port: `exec` is answered with its own command. */
export async function serve(options: Partial<ServerOptions> & { userauth?: UserauthBuild } = {}): Promise<Fixture> {
  const log: LogEntry[] = [];
  const made: Fixture["made"] = [];
  const watched = <Type extends ModuleType>(type: Type, target: string): CompiledModule<Type> => {
    const module = loadModule(type, wideModulePath(target));
    const instantiate = (): ReturnType<typeof module.instantiate> => {
      const instance = module.instantiate();
      made.push({ type, instance: instance as unknown as Instance<never> });
      return instance;
    };
    return { ...module, instantiate };
  };
  const build = options.userauth ?? "password";
  const modules: ModuleSet = {
    transport: watched("transport", "transport"),
    userauth: watched("userauth", `userauth-${build}`),
    connection: watched("connection", "connection"),
  };
  const server = createServer({
    hostKey: keyPairFromSeed(HOST_SEED),
    credentials: CREDENTIALS[build],
    log: (entry) => log.push(entry),
    payloadCapacity: WIDE_PAYLOAD_BYTES,
    ...options,
    modules: { ...modules, ...options.modules },
  });
  server.on("session", (session) => {
    session.on("channel", (channel) => {
      channel.on("exec", (command) => {
        channel.write(command);
        channel.exit(0);
      });
    });
  });
  const { port } = await server.listen(0);
  made.length = 0; // what the server itself made to read the credentials
  return { server, port, log, made };
}
