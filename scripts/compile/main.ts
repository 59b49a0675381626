// `npm run build`: compiles the modules into build/plain, and into build/ the same with the development credentials;
// into build/wide those for Node, which take larger payloads; into build/c the C of those for boards. With names of
// builds (assembly/abi/builds.ts): those alone.

import { packageRoot } from "../../host/node/modules.js";
import { buildTargets } from "./target.js";

await buildTargets(packageRoot(), process.argv.slice(2), console.log);
