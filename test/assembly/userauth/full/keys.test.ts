// userauth.wasm: public keys of every kind (RFC 4252 §7, RFC 8332, RFC 5656, RFC 8709, OpenSSH's PROTOCOL.u2f).

import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { describe, test } from "node:test";
import type { UserKey } from "../../../../host/node/credentials/users-region.js";
import { query, SESSION_ID, signed, userauthRequest } from "../../../../scripts/client/userauth.js";
import { Random } from "../../../support/random.js";
import {
  ecdsaKey,
  ed25519Key,
  mpintOf,
  rsaKey,
  securityEcdsaKey,
  securityEd25519Key,
  type TestKey,
} from "../../../../scripts/client/keys/kinds.js";
import { failure, FullUserauth, passwordUser } from "../../../support/userauth-full.js";
import { boolean, bytes, string, uint32 } from "../../../../scripts/client/wire.js";

const KEYS: Record<string, TestKey> = {
  "ssh-ed25519": ed25519Key(),
  "ecdsa-sha2-nistp256": ecdsaKey(),
  "sk-ssh-ed25519": securityEd25519Key(),
  "sk-ecdsa-sha2-nistp256": securityEcdsaKey(),
  "rsa-sha2-256, 2048 bits": rsaKey("rsa-sha2-256", 2048),
  "rsa-sha2-512, 4096 bits": rsaKey("rsa-sha2-512", 4096),
};

/** Alice has the keys, Bob another one. */
function open(keys: UserKey[], sessionId: Uint8Array = SESSION_ID): FullUserauth {
  const bobs = ed25519Key(new Uint8Array(32).fill(77));
  const users = [
    { name: "bob", keys: [{ blob: bobs.blob }], required: [["publickey" as const]] },
    { name: "alice", keys, required: [["publickey" as const]] },
  ];
  return new FullUserauth({ users, failures: 250, requests: 250 }, { sessionId });
}

for (const [name, key] of Object.entries(KEYS)) {
  describe(name, () => {
    const judge = (request: Uint8Array): string => open([key]).judge(request);

    test("a query is answered with PK_OK, byte for byte, and a signed request with SUCCESS", () => {
      const userauth = open([key]);
      const reply = Buffer.from(bytes(60, string(key.algorithm), string(key.blob)));
      assert.deepEqual(userauth.receive(query("alice", key)), [reply]);
      assert.equal(userauth.status, "QUERY_OK");
      assert.deepEqual(userauth.receive(signed("alice", key)), [Buffer.of(52)]);
      assert.equal(userauth.status, "SUCCESS");
    });

    test("the key is one user's, and worth nothing to another", () => {
      assert.equal(judge(query("bob", key)), "INVALID_PUBLICKEY 51");
      assert.equal(judge(signed("bob", key)), "INVALID_PUBLICKEY 51");
      assert.equal(judge(query("nobody", key)), "INVALID_USER 51");
      assert.equal(judge(signed("nobody", key)), "INVALID_USER 51");
    });

    test("the signature is over the session identifier and the whole request", () => {
      assert.equal(judge(signed("alice", key, { sessionId: new Uint8Array(32) })), "INVALID_PUBLICKEY 51");
      for (const length of [1, 20, 48, 64]) {
        const sessionId = new Uint8Array(length).fill(length);
        assert.equal(
          open([key], sessionId).judge(signed("alice", key, { sessionId })),
          "SUCCESS 52",
          `${length} bytes`,
        );
      }
      const right = signed("alice", key);
      const moved = bytes(right.subarray(0, 5), "alicf", right.subarray(10));
      assert.equal(judge(moved), "INVALID_USER 51");
    });

    test("a wrong bit anywhere in a signed request is refused", () => {
      const right = signed("alice", key);
      const booleanAt = 1 + 9 + 18 + 13;
      const random = new Random(7);
      for (let count = 0; count < 150; count++) {
        const altered = Uint8Array.from(right);
        const at = count < 20 ? right.length - 1 - count : random.below(right.length);
        altered[at] = altered[at]! ^ (1 << random.below(8));
        if (at === booleanAt) continue;
        assert.doesNotMatch(judge(altered), /SUCCESS|52|QUERY_OK|unknown/, `byte ${at}`);
      }
    });

    test("a request that is cut off or goes on is a protocol error", () => {
      const right = signed("alice", key);
      for (const length of [right.length - 1, right.length - 5, right.length - 40, 60, 45]) {
        assert.equal(judge(right.subarray(0, length)), "PROTOCOL_ERROR", `${length} bytes`);
      }
      assert.equal(judge(bytes(right, 0)), "PROTOCOL_ERROR");
      assert.equal(judge(bytes(query("alice", key), 0)), "PROTOCOL_ERROR");
    });

    test("the signature's type is the algorithm's, and nothing stands behind the signature", () => {
      for (const other of ["ssh-rsa", "ssh-ed25519", "rsa-sha2-256", "rsa-sha2-512", "ecdsa-sha2-nistp256", ""]) {
        if (other === key.algorithm) continue;
        assert.equal(judge(signed("alice", key, { type: other })), "INVALID_PUBLICKEY 51", other);
      }
      const trailing = { ...key, sign: (message: Uint8Array) => bytes(key.sign(message), 0) };
      assert.equal(judge(signed("alice", key, {}, trailing)), "INVALID_PUBLICKEY 51");
      const none = { ...key, sign: () => new Uint8Array(0) };
      assert.equal(judge(signed("alice", key, {}, none)), "INVALID_PUBLICKEY 51", "no signature is no query");
    });

    test("another algorithm's name with the same blob is refused", () => {
      for (const other of Object.values(KEYS)) {
        const isSame = other.algorithm === key.algorithm;
        const isRsa = other.algorithm.startsWith("rsa") && key.algorithm.startsWith("rsa");
        const expected = isSame || isRsa ? "QUERY_OK 60" : "INVALID_PUBLICKEY 51";
        assert.equal(judge(query("alice", key, other.algorithm)), expected, other.algorithm);
      }
    });

    test("another key's signature is refused", () => {
      const others: Record<string, TestKey> = {
        "ssh-ed25519": ed25519Key(new Uint8Array(32).fill(1)),
        "sk-ssh-ed25519@openssh.com": securityEd25519Key("ssh:", new Uint8Array(32).fill(1)),
        "ecdsa-sha2-nistp256": ecdsaKey(generateKeyPairSync("ec", { namedCurve: "P-256" })),
        "sk-ecdsa-sha2-nistp256@openssh.com": securityEcdsaKey(
          "ssh:",
          generateKeyPairSync("ec", { namedCurve: "P-256" }),
        ),
        "rsa-sha2-256": rsaKey("rsa-sha2-256", 2056),
        "rsa-sha2-512": rsaKey("rsa-sha2-512", 2064),
      };
      const other = others[key.algorithm]!;
      assert.equal(judge(signed("alice", key, {}, other)), "INVALID_PUBLICKEY 51");
      assert.equal(judge(signed("alice", other)), "INVALID_PUBLICKEY 51");
      assert.equal(judge(signed("alice", other, {}, key)), "INVALID_PUBLICKEY 51");
    });
  });
}

test("a user with many keys of all kinds is admitted by each of them", () => {
  const users = [{ name: "alice", keys: Object.values(KEYS), required: [["publickey" as const]] }];
  for (const [name, key] of Object.entries(KEYS)) {
    assert.equal(new FullUserauth({ users }).judge(signed("alice", key)), "SUCCESS 52", name);
  }
});

test("RSA: the same key serves both algorithms; ssh-rsa, which is SHA-1, is refused", () => {
  const key = rsaKey("rsa-sha2-256");
  assert.equal(open([key]).judge(signed("alice", rsaKey("rsa-sha2-512"))), "SUCCESS 52");
  assert.equal(open([key]).judge(query("alice", rsaKey("ssh-rsa"))), "INVALID_PUBLICKEY 51");
  assert.equal(open([key]).judge(signed("alice", rsaKey("ssh-rsa"))), "INVALID_PUBLICKEY 51");
  const mixed = signed("alice", key, { type: "ssh-rsa" }, rsaKey("ssh-rsa"));
  assert.equal(open([key]).judge(mixed), "INVALID_PUBLICKEY 51");
});

test("RSA: a signature is as long as the modulus, numbers are canonical, 2048 to 4096 bits", () => {
  const key = rsaKey("rsa-sha2-256");
  for (const alter of [
    (signature: Uint8Array) => signature.subarray(1),
    (signature: Uint8Array) => bytes(0, signature),
    (signature: Uint8Array) => signature.subarray(0, 0),
  ]) {
    assert.equal(open([key]).judge(signed("alice", key, { alter })), "INVALID_PUBLICKEY 51");
  }
  for (const bits of [3072, 4088]) {
    const other = rsaKey("rsa-sha2-512", bits);
    assert.equal(open([other]).judge(signed("alice", other)), "SUCCESS 52", `${bits} bits`);
  }
  for (const bits of [1024, 2040]) {
    const small = rsaKey("rsa-sha2-256", bits);
    assert.equal(open([small]).judge(signed("alice", small)), "INVALID_PUBLICKEY 51", `${bits} bits`);
  }
  const blobs: [string, Uint8Array][] = [
    ["an empty exponent", bytes(string("ssh-rsa"), string(""), string(new Uint8Array(256).fill(0x7f)))],
    ["a negative modulus", bytes(string("ssh-rsa"), string(bytes(1, 0, 1)), string(new Uint8Array(256).fill(0xff)))],
    ["a zero too many", bytes(string("ssh-rsa"), string(bytes(0, 1, 0, 1)), string(new Uint8Array(256).fill(0x7f)))],
    ["only zeros", bytes(string("ssh-rsa"), string(bytes(1, 0, 1)), string(bytes(0)))],
  ];
  for (const [name, blob] of blobs) {
    const bad = { ...key, blob };
    assert.equal(open([bad]).judge(signed("alice", bad)), "INVALID_PUBLICKEY 51", name);
  }
});

test("ECDSA: r and s are canonical, positive and of 32 bytes at most, and the point is not compressed", () => {
  const key = ecdsaKey();
  const big = mpintOf(new Uint8Array(32).fill(0xff));
  const cases: [string, Uint8Array][] = [
    ["nothing", bytes()],
    ["r alone", big],
    ["zeros", bytes(string(""), string(""))],
    ["33 bytes", bytes(string(new Uint8Array(33).fill(1)), big)],
    ["negative", bytes(string(new Uint8Array(32).fill(0xff)), big)],
    ["something behind", bytes(big, big, 0)],
    ["beyond the order", bytes(big, big)],
  ];
  for (const [name, signature] of cases) {
    assert.equal(open([key]).judge(signed("alice", key, { alter: () => signature })), "INVALID_PUBLICKEY 51", name);
  }
  const padded = (signature: Uint8Array): Uint8Array => {
    const length = Buffer.from(signature).readUInt32BE();
    return bytes(uint32(length + 1), 0, signature.subarray(4));
  };
  assert.equal(open([key]).judge(signed("alice", key, { alter: padded })), "INVALID_PUBLICKEY 51", "a needless zero");
  const point = Buffer.from(key.blob.slice(-65));
  for (const [name, other] of [
    ["compressed", bytes(2, point.subarray(1, 33))],
    ["another first byte", bytes(5, point.subarray(1))],
    ["off the curve", bytes(4, point.subarray(1, 64), point[64]! ^ 1)],
    ["a byte more", bytes(point, 0)],
  ] as const) {
    const bad = { ...key, blob: bytes(string(key.algorithm), string("nistp256"), string(other)) };
    assert.equal(open([bad]).judge(signed("alice", bad)), "INVALID_PUBLICKEY 51", name);
  }
  const curve = { ...key, blob: bytes(string(key.algorithm), string("nistp384"), string(point)) };
  assert.equal(open([curve]).judge(signed("alice", curve)), "INVALID_PUBLICKEY 51", "another curve");
});

test("a right signature in another form is refused: longer, shorter, with a number that means the same", () => {
  const [ed25519, securityEd25519, ecdsa, rsa] = [ed25519Key(), securityEd25519Key(), ecdsaKey(), rsaKey()];
  /** r or s of an ECDSA signature, changed as an mpint. */
  const change =
    (which: number, alter: (number: Uint8Array) => Uint8Array) =>
    (signature: Uint8Array): Uint8Array => {
      const end = 4 + Buffer.from(signature).readUInt32BE();
      const numbers = [signature.subarray(4, end), signature.subarray(end + 4)];
      return bytes(...numbers.map((number, index) => string(index === which ? alter(number) : number)));
    };
  /** The number and 2^256, which is as much modulo the field's length in bytes. */
  const withMore = (number: Uint8Array): Uint8Array =>
    bytes(1, Buffer.concat([Buffer.alloc(32), number]).subarray(-32));
  const longer = (signature: Uint8Array): Uint8Array => bytes(signature, 0);
  const cases: [string, TestKey, (signature: Uint8Array) => Uint8Array][] = [
    ["a byte behind", ed25519, longer],
    ["a byte less", ed25519, (signature) => signature.subarray(0, 63)],
    ["a byte behind", securityEd25519, longer],
    ["a byte behind", rsa, longer],
    ["a byte behind", ecdsa, longer],
    ["r with 33 bytes", ecdsa, change(0, withMore)],
    ["s with 33 bytes", ecdsa, change(1, withMore)],
    ["the same", ecdsa, change(0, (number) => number)],
  ];
  for (const [name, key, alter] of cases) {
    const expected = name === "the same" ? "SUCCESS 52" : "INVALID_PUBLICKEY 51";
    assert.equal(open([key]).judge(signed("alice", key, { alter })), expected, `${key.algorithm}, ${name}`);
  }
  // the top bit of every other r is set: without the zero before it, it is negative
  for (let negative = 0; negative < 3;) {
    const withoutZero = (number: Uint8Array): Uint8Array => {
      if (number[0] !== 0) return number;
      negative++;
      return number.subarray(1);
    };
    const before = negative;
    const status = open([ecdsa]).judge(signed("alice", ecdsa, { alter: change(0, withoutZero) }));
    assert.equal(status, negative > before ? "INVALID_PUBLICKEY 51" : "SUCCESS 52");
  }
});

test("a key in a blob that is not the one of RFC 8709, RFC 8332 or PROTOCOL.u2f is none, although somebody has stored it", () => {
  const [ed25519, security, rsa] = [ed25519Key(), securityEd25519Key(), rsaKey()];
  const type = string("ssh-ed25519");
  const point = ed25519.blob.slice(-32);
  const modulus = rsa.blob.slice(-256);
  const exponent = string(bytes(1, 0, 1));
  const cases: [string, TestKey, Uint8Array][] = [
    ["right", ed25519, bytes(type, string(point))],
    ["33 bytes", ed25519, bytes(type, string(bytes(point, 0)))],
    ["31 bytes", ed25519, bytes(type, string(point.subarray(0, 31)))],
    ["a byte behind", ed25519, bytes(type, string(point), 0)],
    ["without an application", security, security.blob.subarray(0, -8)],
    ["a byte behind", security, bytes(security.blob, 0)],
    ["right", rsa, bytes(string("ssh-rsa"), exponent, string(bytes(0, modulus)))],
    ["a negative modulus", rsa, bytes(string("ssh-rsa"), exponent, string(modulus))],
    ["a byte behind", rsa, bytes(string("ssh-rsa"), exponent, string(bytes(0, modulus)), 0)],
  ];
  for (const [name, key, blob] of cases) {
    const stored = { ...key, blob };
    const expected = name === "right" ? "SUCCESS 52" : "INVALID_PUBLICKEY 51";
    assert.equal(open([stored]).judge(signed("alice", stored)), expected, `${key.algorithm}, ${name}`);
    if (name === "a negative modulus") continue; // found out when a signature is verified
    const expectedQuery = name === "right" ? "QUERY_OK 60" : "INVALID_PUBLICKEY 51";
    assert.equal(open([stored]).judge(query("alice", stored)), expectedQuery, `${key.algorithm}, ${name}`);
  }
});

for (const key of [securityEd25519Key(), securityEcdsaKey()]) {
  test(`${key.algorithm}: presence is required unless the key says otherwise, verification only if it does`, () => {
    const outcome = (options: Omit<UserKey, "blob">, flags: number): string =>
      open([{ blob: key.blob, ...options }]).judge(signed("alice", key, { flags }));
    for (const [options, accepted] of [
      [{}, [1, 5, 0xff]],
      [{ verificationRequired: true }, [5, 0xff]],
      [{ presenceNotRequired: true }, [0, 1, 4, 5, 0xff]],
      [{ presenceNotRequired: true, verificationRequired: true }, [4, 5, 0xff]],
    ] as const) {
      for (const flags of [0, 1, 4, 5, 0xff]) {
        const expected = (accepted as readonly number[]).includes(flags) ? "SUCCESS 52" : "INVALID_PUBLICKEY 51";
        assert.equal(outcome(options, flags), expected, `${JSON.stringify(options)}, flags ${flags}`);
      }
    }
  });

  test(`${key.algorithm}: flags, counter and application are signed`, () => {
    for (const counter of [0, 1, 0xffff_ffff]) {
      assert.equal(open([key]).judge(signed("alice", key, { counter })), "SUCCESS 52", `counter ${counter}`);
    }
    const right = signed("alice", key, { flags: 1 });
    for (const [name, at, value] of [
      ["flags", right.length - 5, 5],
      ["counter", right.length - 1, 8],
    ] as const) {
      assert.equal(open([key]).judge(Uint8Array.from(right).fill(value, at, at + 1)), "INVALID_PUBLICKEY 51", name);
    }
    const foreign = signed("alice", key, { signedApplication: "https://example.org" });
    assert.equal(open([key]).judge(foreign), "INVALID_PUBLICKEY 51");
    const without = { ...key, sign: (message: Uint8Array) => key.sign(message).subarray(0, -5) };
    assert.equal(open([key]).judge(signed("alice", key, {}, without)), "INVALID_PUBLICKEY 51");
  });
}

test("queries have a budget of their own, and beyond it they are failures", () => {
  const key = ed25519Key();
  const users = [{ name: "alice", keys: [key], required: [["publickey" as const]] }, passwordUser("u", "secret")];
  const userauth = new FullUserauth({ users, queries: 3, failures: 2 });
  for (let count = 0; count < 3; count++) assert.equal(userauth.judge(query("alice", key)), "QUERY_OK 60");
  assert.deepEqual(userauth.receive(query("alice", key)), [failure("publickey,password")]);
  assert.equal(userauth.judge(query("alice", key)), "TOO_MANY_ATTEMPTS 51");
});

test("a request that reaches into the memory where signatures are verified is refused before that", () => {
  const key = ed25519Key();
  const long = userauthRequest(
    "alice",
    "publickey",
    boolean(true),
    string(key.algorithm),
    string(key.blob),
    string(new Uint8Array(3000)),
  );
  assert.equal(open([key]).judge(long), "INVALID_PUBLICKEY 51");
  assert.equal(open([key]).judge(signed("nobody".repeat(300), key)), "INVALID_USER 51");
});
