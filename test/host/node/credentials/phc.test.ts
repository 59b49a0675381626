// PHC strings: those of independent implementations are read and mean what they mean there, and there is one way to
// write each hash.

import assert from "node:assert/strict";
import { pbkdf2Sync } from "node:crypto";
import { test } from "node:test";
import { argon2id } from "@noble/hashes/argon2.js";
import fc from "fast-check";
import { formatPhc, parsePhc, PhcError, type PasswordHash } from "../../../../host/node/credentials/phc.js";

const SALT = Uint8Array.from({ length: 16 }, (_, index) => index);
const HASH = Uint8Array.from({ length: 32 }, (_, index) => 255 - index);
const SALT_TEXT = "AAECAwQFBgcICQoLDA0ODw";
const HASH_TEXT = "//79/Pv6+fj39vX08/Lx8O/u7ezr6uno5+bl5OPi4eA";

/**
 * The hash that a string's costs and salt give for a password; neither our modules nor who made the string computes it.
 */
function recompute(password: string, parsed: PasswordHash): Uint8Array {
  const { salt } = parsed;
  if (parsed.algorithm === "pbkdf2-sha256") {
    return Uint8Array.from(pbkdf2Sync(password, salt, parsed.iterations, 32, "sha256"));
  }
  return argon2id(password, salt, { m: parsed.memoryKiB, t: parsed.passes, p: parsed.lanes, dkLen: 32 });
}

const STRINGS = [
  {
    by: "the reference implementation: printf password | argon2 somesaltsomesalt -id -t 2 -k 256 -p 1 -e",
    text: "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$yrdGtGIZk/3JHsUHh5gLQUqQppLwvGjf4Z+cJbPLqew",
    password: "password",
    costs: { algorithm: "argon2id", memoryKiB: 256, passes: 2, lanes: 1 },
    saltBytes: 16,
  },
  {
    by: "the reference implementation: the same with -p 2",
    text: "$argon2id$v=19$m=256,t=2,p=2$c29tZXNhbHRzb21lc2FsdA$wRLS7mudUUQT+AYkMYeVIYbo8Zysq4DyCoI9VJ8RHSw",
    password: "password",
    costs: { algorithm: "argon2id", memoryKiB: 256, passes: 2, lanes: 2 },
    saltBytes: 16,
  },
  {
    by: "argon2-cffi, with the shortest salt",
    text: "$argon2id$v=19$m=19,t=1,p=2$AAECAwQFBgc$47rFE+bnHMopPeTFI/Ky53dhNI/HkhcRJ+0xJfsaEQQ",
    password: "pässwörd",
    costs: { algorithm: "argon2id", memoryKiB: 19, passes: 1, lanes: 2 },
    saltBytes: 8,
  },
  {
    by: "argon2-cffi, with the longest salt and an empty password",
    text:
      "$argon2id$v=19$m=256,t=2,p=1$AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLS4v" +
      "$/bJEte3RRD1pI1f93CGnU0Fv7fyCgmlk2qivihPYMKY",
    password: "",
    costs: { algorithm: "argon2id", memoryKiB: 256, passes: 2, lanes: 1 },
    saltBytes: 48,
  },
  {
    by: "passlib, $pbkdf2-sha256$29000$… rewritten with names and +",
    text: "$pbkdf2-sha256$i=29000,l=32$AAECAwQFBgcICQoLDA0ODw$oQniwjLkYbajNGr0RGSng8udgXKplgpN15LZNV56KTQ",
    password: "password",
    costs: { algorithm: "pbkdf2-sha256", iterations: 29000 },
    saltBytes: 16,
  },
];

for (const { by, text, password, costs, saltBytes } of STRINGS) {
  test(`read: by ${by}`, () => {
    const parsed = parsePhc(text);
    const { salt, hash, ...rest } = parsed;
    assert.deepEqual(rest, costs);
    assert.equal(salt.length, saltBytes);
    assert.deepEqual(hash, recompute(password, parsed));
    assert.equal(formatPhc(parsed), text);
  });
}

const argon2id16 = (parameters: string): string => `$argon2id$v=19$${parameters}$${SALT_TEXT}$${HASH_TEXT}`;
const pbkdf2 = (parameters: string): string => `$pbkdf2-sha256$${parameters}$${SALT_TEXT}$${HASH_TEXT}`;

/** As passlib writes it. */
const passlib = (iterations: string, hash = HASH_TEXT): string =>
  pbkdf2(iterations).replace(HASH_TEXT, hash).replaceAll("+", ".");
const COSTS = "m=64,t=3,p=1";
const bytes = (salt: string, hash = HASH_TEXT): string => `$argon2id$v=19$${COSTS}$${salt}$${hash}`;
const base64 = (length: number): string => Buffer.alloc(length, 7).toString("base64").replace(/=+$/, "");

test("the strings that the table of refusals alters are fine", () => {
  assert.deepEqual(parsePhc(argon2id16(COSTS)), {
    algorithm: "argon2id",
    memoryKiB: 64,
    passes: 3,
    lanes: 1,
    salt: SALT,
    hash: HASH,
  });
  assert.deepEqual(parsePhc(pbkdf2("i=1000,l=32")), {
    algorithm: "pbkdf2-sha256",
    iterations: 1000,
    salt: SALT,
    hash: HASH,
  });
});

const REFUSALS: [what: string, text: string, reason: RegExp][] = [
  ["nothing", "", /not a PHC string/],
  ["a password", "correct-horse", /not a PHC string/],
  ["no $ in front", argon2id16(COSTS).slice(1), /not a PHC string/],
  ["a newline behind it", `${argon2id16(COSTS)}\n`, /white space/],
  ["a space in front", ` ${argon2id16(COSTS)}`, /white space/],
  ["a letter beyond ASCII", argon2id16("m=64,t=3,p=１"), /not ASCII/],
  ["a NUL", `${argon2id16(COSTS)}\0`, /white space/],

  [
    "Argon2i",
    argon2id16(COSTS).replace("argon2id", "argon2i"),
    /algorithm is "argon2i"; Sesame has argon2id and pbkdf2/,
  ],
  ["Argon2d", argon2id16(COSTS).replace("argon2id", "argon2d"), /algorithm is "argon2d"/],
  ["capitals", argon2id16(COSTS).replace("argon2id", "Argon2id"), /algorithm is "Argon2id"/],
  ["bcrypt", "$2b$12$EXRkfkdmXn2gzds2SSitu.MW9.gAVqa9eLS1//RYtYCmB1eLHg.9q", /algorithm is "2b"/],
  ["SHA-512 crypt", "$6$saltstring$svn8UoSVapNtMuq1ukKS4tPQd8iKwSMHWjlO", /algorithm is "6"/],
  ["PBKDF2 with SHA-512", pbkdf2("i=1000,l=32").replace("sha256", "sha512"), /algorithm is "pbkdf2-sha512"/],
  ["only the name", "$argon2id", /states no version/],
  ["no version, which means 16", `$argon2id$${COSTS}$${SALT_TEXT}$${HASH_TEXT}`, /states no version; .*v=19/],
  ["version 16", argon2id16(COSTS).replace("v=19", "v=16"), /version is "16"; .*version 19/],
  ["version 19 with a zero", argon2id16(COSTS).replace("v=19", "v=019"), /version is "019"/],
  ["a version for PBKDF2", pbkdf2(`v=1$i=1000,l=32`), /something follows the hash/],

  ["cut off behind the version", "$argon2id$v=19", /ends early/],
  ["cut off behind the parameters", `$argon2id$v=19$${COSTS}`, /ends early/],
  ["cut off behind the salt", `$argon2id$v=19$${COSTS}$${SALT_TEXT}`, /ends early/],
  ["cut off before the hash", `$argon2id$v=19$${COSTS}$${SALT_TEXT}$`, /hash has 0 bytes/],
  ["cut off in the hash", argon2id16(COSTS).slice(0, -3), /hash has 30 bytes/],
  ["cut off in the hash at an impossible place", argon2id16(COSTS).slice(0, -2), /hash is cut off/],
  ["another field", `${argon2id16(COSTS)}$AAAA`, /something follows the hash/],
  ["a $ behind it", `${argon2id16(COSTS)}$`, /something follows the hash/],

  ["no parameters", argon2id16(""), /unknown parameter, ""/],
  ["an unknown parameter", argon2id16(`${COSTS},x=1`), /unknown parameter, "x"/],
  ["a secret value's keyid", argon2id16(`${COSTS},keyid=AAAA`), /unknown parameter, "keyid"/],
  ["associated data", argon2id16(`${COSTS},data=AAAA`), /unknown parameter, "data"/],
  ["a comma behind the parameters", argon2id16(`${COSTS},`), /unknown parameter, ""/],
  ["a capital name", argon2id16("M=64,t=3,p=1"), /unknown parameter, "M"/],
  ["no m", argon2id16("t=3,p=1"), /lacks the parameter m/],
  ["no t", argon2id16("m=64,p=1"), /lacks the parameter t/],
  ["no p", argon2id16("m=64,t=3"), /lacks the parameter p/],
  ["another order", argon2id16("t=3,m=64,p=1"), /not m, t, p in this order/],
  ["a parameter twice", argon2id16("m=64,t=3,p=1,p=1"), /parameter twice/],
  ["a parameter twice in the midst", argon2id16("m=64,m=64,t=3,p=1"), /in this order, each once/],
  ["a leading zero", argon2id16("m=064,t=3,p=1"), /m is not a plain decimal/],
  ["a sign", argon2id16("m=64,t=+3,p=1"), /t is not a plain decimal/],
  ["a negative number", argon2id16("m=64,t=-3,p=1"), /t is not a plain decimal/],
  ["no number", argon2id16("m=64,t=,p=1"), /t is not a plain decimal/],
  ["no =", argon2id16("m=64,t,p=1"), /t is not a plain decimal/],
  ["two =", argon2id16("m=64,t=3=3,p=1"), /t is not a plain decimal/],
  ["hexadecimal", argon2id16("m=0x40,t=3,p=1"), /m is not a plain decimal/],
  ["an exponent", argon2id16("m=64,t=3,p=1e0"), /p is not a plain decimal/],
  ["33 bits", argon2id16("m=4294967296,t=3,p=1"), /m is not .* at most 32 bits/],
  ["a number without end", argon2id16(`m=${"9".repeat(400)},t=3,p=1`), /m is not .* at most 32 bits/],
  ["no pass", argon2id16("m=64,t=0,p=1"), /t is 0/],
  ["no lane", argon2id16("m=64,t=3,p=0"), /p is 0; it is from 1 to 255/],
  ["256 lanes", argon2id16("m=65536,t=3,p=256"), /p is 256/],
  ["7 KiB", argon2id16("m=7,t=3,p=1"), /m is 7; .* 8 KiB for each lane/],
  ["31 KiB for four lanes", argon2id16("m=31,t=3,p=4"), /m is 31/],

  ["+ in passlib's form", pbkdf2("29000"), /has a \+, for which passlib's form has a \./],
  ["passlib's form with no iteration", passlib("0"), /i is 0/],
  ["passlib's form with a zero in front", passlib("029000"), /i is not a plain decimal/],
  ["passlib's form with 33 bits", passlib("4294967296"), /i is not/],
  ["passlib's form with a hash of 31 bytes", passlib("29000", base64(31)), /hash has 31 bytes/],
  ["no length", pbkdf2("i=1000"), /lacks the parameter l/],
  ["no iterations", pbkdf2("l=32"), /lacks the parameter i/],
  ["0 iterations", pbkdf2("i=0,l=32"), /i is 0/],
  ["33 bits of iterations", pbkdf2("i=4294967296,l=32"), /i is not/],
  ["a stated length of 40", pbkdf2("i=1000,l=40"), /l is 40; .* 32 bytes/],
  ["parameters of the other algorithm", pbkdf2(COSTS), /unknown parameter, "m"/],

  ["a salt of 7 bytes", bytes(base64(7)), /salt has 7 bytes; it is to have 8 to 48/],
  ["a salt of 49 bytes", bytes(base64(49)), /salt has 49 bytes/],
  ["no salt", bytes(""), /salt has 0 bytes/],
  ["padding", bytes(`${SALT_TEXT}==`), /salt is padded/],
  ["padding of the hash", bytes(SALT_TEXT, `${HASH_TEXT}=`), /hash is padded/],
  ["bits beyond the salt", bytes(SALT_TEXT.replace(/w$/, "x")), /last character of its salt is damaged/],
  ["bits beyond the hash", bytes(SALT_TEXT, HASH_TEXT.replace(/A$/, "B")), /last character of its hash is damaged/],
  ["passlib's . for +", bytes(SALT_TEXT, HASH_TEXT.replaceAll("+", ".")), /hash has a character that is not Base64/],
  ["Base64url", bytes(SALT_TEXT, HASH_TEXT.replaceAll("/", "_")), /hash has a character that is not Base64/],
  ["a hash of 31 bytes", bytes(SALT_TEXT, base64(31)), /hash has 31 bytes/],
  ["a hash of 33 bytes", bytes(SALT_TEXT, base64(33)), /hash has 33 bytes/],
  ["a hash of 64 bytes", bytes(SALT_TEXT, base64(64)), /hash has 64 bytes/],
];

for (const [what, text, reason] of REFUSALS) {
  test(`refused: ${what}`, () => {
    assert.throws(
      () => parsePhc(text),
      (error) => error instanceof PhcError && reason.test(error.message),
    );
  });
}

test("no refusal repeats the hash", () => {
  for (const [what, text] of REFUSALS) {
    if (!text.includes(HASH_TEXT.slice(0, 20))) continue;
    assert.throws(
      () => parsePhc(text),
      ({ message }: Error) => !message.includes(HASH_TEXT.slice(0, 8)),
      what,
    );
  }
});

test("every prefix of a string is refused", () => {
  for (const { text } of STRINGS) {
    for (let length = 0; length < text.length; length++) assert.throws(() => parsePhc(text.slice(0, length)), PhcError);
  }
});

const uint32 = (min: number): fc.Arbitrary<number> => fc.integer({ min, max: 0xffffffff });
const salt = fc.uint8Array({ minLength: 8, maxLength: 48 });
const hash = fc.uint8Array({ minLength: 32, maxLength: 32 });
const argon2idHash = fc.integer({ min: 1, max: 255 }).chain((lanes) =>
  fc.tuple(uint32(8 * lanes), uint32(1), salt, hash).map(([memoryKiB, passes, salt, hash]): PasswordHash => ({
    algorithm: "argon2id",
    memoryKiB,
    passes,
    lanes,
    salt,
    hash,
  })),
);
const pbkdf2Hash = fc
  .tuple(uint32(1), salt, hash)
  .map(([iterations, salt, hash]): PasswordHash => ({ algorithm: "pbkdf2-sha256", iterations, salt, hash }));

test("what passlib writes for PBKDF2 is read, and printed as a PHC string", () => {
  for (const [password, text] of [
    ["password", "$pbkdf2-sha256$8000$XAuBMIYQQogxRg$tRRlz8hYn63B9LYiCd6PRo6FMiunY9ozmMMI3srxeRE"],
    ["pässwörd", "$pbkdf2-sha256$1000$....AAAAAAAAAAAAAAAAAA$90uDs.633GxwTmshQ/m2H2cprnYydOgcHqza0WnBGb0"],
  ] as const) {
    const parsed = parsePhc(text);
    assert.deepEqual(parsed.hash, recompute(password, parsed));
    assert.match(formatPhc(parsed), /^\$pbkdf2-sha256\$i=[18]000,l=32\$[A-Za-z0-9+/]+\$[A-Za-z0-9+/]+$/);
    assert.deepEqual(parsePhc(formatPhc(parsed)), parsed);
    for (let length = 0; length < text.length; length++) assert.throws(() => parsePhc(text.slice(0, length)), PhcError);
  }
});

test("what is printed is read again as the same hash", () => {
  fc.assert(
    fc.property(fc.oneof(argon2idHash, pbkdf2Hash), (made) => assert.deepEqual(parsePhc(formatPhc(made)), made)),
  );
});

test("what is read despite an altered character is printed as it was: no two strings are the same hash", () => {
  const altered = fc.tuple(fc.constantFrom(...STRINGS), fc.nat(), fc.integer({ min: 0x20, max: 0x7f }));
  fc.assert(
    fc.property(altered, ([{ text }, at, code]) => {
      const changed = text.slice(0, at % text.length) + String.fromCharCode(code) + text.slice((at % text.length) + 1);
      let parsed: PasswordHash;
      try {
        parsed = parsePhc(changed);
      } catch (error) {
        return assert.ok(error instanceof PhcError);
      }
      assert.equal(formatPhc(parsed), changed);
    }),
    { numRuns: 2000 },
  );
});

test("nothing is printed that would be refused", () => {
  const fine: PasswordHash = {
    algorithm: "argon2id",
    memoryKiB: 64,
    passes: 3,
    lanes: 1,
    salt: SALT,
    hash: HASH,
  };
  const refusals: [Partial<PasswordHash>, RegExp][] = [
    [{ memoryKiB: 7 }, /m is 7/],
    [{ memoryKiB: 64.5 }, /m is not/],
    [{ passes: NaN }, /t is not/],
    [{ lanes: 0 }, /p is 0/],
    [{ salt: new Uint8Array(7) }, /salt has 7/],
    [{ hash: new Uint8Array(16) }, /hash has 16/],
  ];
  for (const [change, reason] of refusals) {
    assert.throws(() => formatPhc({ ...fine, ...change } as PasswordHash), reason);
  }
  assert.throws(() => formatPhc({ algorithm: "pbkdf2-sha256", iterations: 1, salt: SALT, hash: SALT }), /l is 16/);
});
