// An SSH server whose users are in an SQLite database: passwords, which they can change, and keys.
//
//     node server.js users.db add NAME [KEY.pub]     the password is the first line of standard input
//     node server.js users.db expire NAME            the password must be changed at the next login
//     node server.js users.db serve [PORT]
//
// The userauth module reads the requests, verifies signatures and counts failures; who may log in is decided here.

import { randomBytes, scrypt, timingSafeEqual } from "node:crypto";
import { readFileSync } from "node:fs";
import { promisify } from "node:util";
import sqlite from "node-sqlite3-wasm";
import { createDevice, createServer, formatLogEntry, loadHostKey, parseAuthorizedKey, serveShell } from "sesame-ssh";

const HASH_BYTES = 32;
const LEAST_PASSWORD_BYTES = 8;
/** Who is not in the database costs what the others cost. */
const NOBODY = { salt: randomBytes(16), hash: randomBytes(HASH_BYTES), expired: 0 };

/** N, r and p of RFC 7914: 32 MiB, in a thread of Node's own. */
const derive = (password, salt) =>
  promisify(scrypt)(password, salt, HASH_BYTES, { N: 2 ** 15, r: 8, p: 1, maxmem: 2 ** 26 });

/** Decides about the requests of `createServer` (docs/users.md, "Users of your own"). */
function authenticator(database) {
  return async (request) => {
    const { user, method } = request;
    if (method === "publickey") {
      const known = database.get("SELECT 1 FROM keys WHERE user = ? AND blob = ?", [user, request.publicKey]);
      return known ? "success" : "invalid-publickey"; // whether it is signed is what the module knows
    }
    // A new password comes with the old one by the method "password" alone.
    if (method !== "password") return "failure";
    const { password, newPassword } = request;
    const row = database.get("SELECT salt, hash, expired FROM users WHERE name = ?", [user]);
    const { salt, hash, expired } = row ?? NOBODY;
    const isRight = timingSafeEqual(await derive(password, salt), hash);
    if (!row) return "invalid-user";
    if (!isRight) return "invalid-password";
    if (newPassword === undefined) return expired ? "change-required" : "success";
    if (newPassword.length < LEAST_PASSWORD_BYTES || timingSafeEqual(await derive(newPassword, salt), hash))
      return "change-required";
    await storePassword(database, user, newPassword, hash);
    return "success";
  };
}

/** Replaces the password whose hash is `previous`; rejects when it has been replaced meanwhile. */
async function storePassword(database, user, password, previous) {
  const salt = randomBytes(16);
  const values = [salt, await derive(password, salt), user, previous];
  const { changes } = database.run(
    "UPDATE users SET salt = ?, hash = ?, expired = 0 WHERE name = ? AND hash = ?",
    values,
  );
  if (changes !== 1) throw new Error("the password has been changed by another connection");
}

function openDatabase(path) {
  const database = new sqlite.Database(path);
  database.exec(`
    CREATE TABLE IF NOT EXISTS users (name TEXT PRIMARY KEY, salt BLOB, hash BLOB, expired INTEGER DEFAULT 0);
    CREATE TABLE IF NOT EXISTS keys (user TEXT REFERENCES users, blob BLOB, PRIMARY KEY (user, blob));
  `);
  return database;
}

async function addUser(database, name, password, keyLine) {
  const salt = randomBytes(16);
  database.run("INSERT INTO users (name, salt, hash) VALUES (?, ?, ?)", [name, salt, await derive(password, salt)]);
  if (keyLine !== undefined)
    database.run("INSERT INTO keys (user, blob) VALUES (?, ?)", [name, parseAuthorizedKey(keyLine).blob]);
}

async function serve(database, port) {
  const { hostKey } = loadHostKey("host_ed25519");
  const server = createServer({
    hostKey,
    users: { users: [], hostDecides: { others: ["publickey", "password"] } },
    authenticate: authenticator(database),
    log: (entry) => console.error(formatLogEntry(entry)),
  });
  server.on("session", (session) => serveShell(session, createDevice(server.modules)));
  const address = await server.listen(port);
  console.log(`listening on ${address.address}:${address.port}`);
  const stop = async () => {
    await server.close();
    database.close();
  };
  process.once("SIGINT", stop).once("SIGTERM", stop);
}

const [path, action, ...rest] = process.argv.slice(2);
const database = path === undefined ? undefined : openDatabase(path);
if (database && action === "add") {
  const [name, keyFile] = rest;
  const [password = ""] = readFileSync(0, "utf8").split("\n");
  await addUser(database, name, password, keyFile && readFileSync(keyFile, "utf8"));
  database.close();
} else if (database && action === "expire") {
  database.run("UPDATE users SET expired = 1 WHERE name = ?", [rest[0]]);
  database.close();
} else if (database && action === "serve") {
  await serve(database, Number(rest[0] ?? 2222));
} else {
  console.error("node server.js DATABASE (add NAME [KEY.pub] | expire NAME | serve [PORT])");
  process.exitCode = 2;
}
