// The small builds of the userauth module.

import type { FileMutations } from "../../scripts/mutate/list.js";

const KEY_TESTS = [
  "rule-37",
  "assembly/userauth/small/publickey.test",
  "rule-16",
  "rule-07",
  "rule-14",
  "rule-15",
  "rule-11",
  "rule-17",
  "rule-06",
];
const PASSWORD_TESTS = [
  "assembly/userauth/small/password.test",
  "rule-37",
  "rule-13",
  "rule-10",
  "rule-12",
  "rule-15",
  "rule-21",
  "assembly/constant-ops.test",
  "assembly/memory-bounds.test",
];

export const mutations: readonly FileMutations[] = [
  {
    file: "assembly/userauth/small/publickey-request.ts",
    tests: KEY_TESTS,
    changes: [
      ["signedLength > SIGNED_CAPACITY ||", ""],
      ["signedLength > SIGNED_CAPACITY ||", "signedLength > SIGNED_CAPACITY + 1 ||"],
      ["signedLength > SIGNED_CAPACITY ||", "signedLength >= SIGNED_CAPACITY ||"],
      ["u32(length <= SESSION_ID_CAPACITY) & ", ""],
      ["length <= SESSION_ID_CAPACITY", "length < SESSION_ID_CAPACITY"],
      ["length <= SESSION_ID_CAPACITY", "length <= SESSION_ID_CAPACITY + 1"],
      [" & u32(load<u64>(KEY_PTR) != 0)", ""],
      ["if (status >= USERAUTH_OVER) return 0;", ""],
      ["status >= USERAUTH_OVER", "status > USERAUTH_OVER"],
      ["  status = UserauthStatus.PROTOCOL_ERROR;\n  if", "  if"],
      ["length - 1 >= PAYLOAD_CAPACITY || load", "load"],
      ["length - 1 >= PAYLOAD_CAPACITY", "length - 1 > PAYLOAD_CAPACITY"],
      [" || !hashHeadLength) return 0", ") return 0"],
      ["load<u8>(BUFFER_PTR) != SSH_MSG_USERAUTH_REQUEST || ", ""],
      [
        "stringLength - 1 < USER_NAME_CAPACITY &&",
        "stringLength - 1 <= USER_NAME_CAPACITY &&",
        { survives: "a name of 64 bytes differs from every slot in its length, which is compared, too" },
      ],
      ["stringLength - 1 < USER_NAME_CAPACITY &&", "stringLength - 1 < USER_NAME_CAPACITY - 1 &&"],
      ["stringLength - 1 < USER_NAME_CAPACITY && ", ""],
      [
        "!ctDifference(userName - 1, USER_SLOT_PTR, stringLength)",
        "!ctDifference(userName, USER_SLOT_PTR + 1, stringLength - 1)",
      ],
      [
        "!ctDifference(userName - 1, USER_SLOT_PTR, stringLength)",
        "!ctDifference(userName - 1, USER_SLOT_PTR, stringLength - 1)",
      ],
      ["  if (isMalformed()) return 0;\n", ""],
      [
        "readPosition() - serviceName != METHOD_BYTES || ",
        "",
        {
          survives:
            "the lengths of both strings are part of what is compared: with the same text they end at the same place",
        },
      ],
      [" || ctDifference(serviceName, TEXT_PTR, METHOD_BYTES - 1)", ""],
      [
        "ctDifference(serviceName, TEXT_PTR, METHOD_BYTES - 1)",
        "ctDifference(serviceName, TEXT_PTR, METHOD_BYTES - 2)",
      ],
      ["  if (isMalformedOrUnfinished()) return 0;\n", ""],
      ["if (isMalformedOrUnfinished()) return 0;", "if (isMalformed()) return 0;"],
      [
        "signedLength - algorithm != ALGORITHM_BYTES + KEY_BYTES ||",
        "",
        { survives: "the same of algorithm and key blob" },
      ],
      ["ctDifference(algorithm, ALGORITHM_PTR, ALGORITHM_BYTES - 1) |", ""],
      [
        "ctDifference(algorithm, ALGORITHM_PTR, ALGORITHM_BYTES - 1)",
        "ctDifference(algorithm, ALGORITHM_PTR, ALGORITHM_BYTES - 5)",
      ],
      ["|\n      ctDifference(algorithm + ALGORITHM_BYTES, KEY_PTR, KEY_BYTES - 1)", ""],
      [
        "ctDifference(algorithm + ALGORITHM_BYTES, KEY_PTR, KEY_BYTES - 1)",
        "ctDifference(algorithm + ALGORITHM_BYTES, KEY_PTR, KEY_BYTES - 2)",
      ],
      ["  scalar = 0;\n", ""],
      ["stringLength != SIGNATURE_BLOB_BYTES ||", ""],
      ["stringLength != SIGNATURE_BLOB_BYTES ||", "stringLength < SIGNATURE_BLOB_BYTES ||"],
      ["ctDifference(signature, ALGORITHM_PTR, SIGNATURE_TYPE_BYTES - 1) ||", ""],
      ["load<u8>(signature, SIGNATURE_TYPE_BYTES) != SIGNATURE_BYTES", "false"],
      ["if (!verified) return fail(UserauthStatus.INVALID_PUBLICKEY);", ""],
      ["if (!userMatches) return fail(UserauthStatus.INVALID_USER);", ""],
      ["  if (scalar) {\n", "  if (verified) {\n"],
      ["if (!queriesLeft) return fail(UserauthStatus.TOO_MANY_ATTEMPTS);", ""],
      ["  queriesLeft--;\n", ""],
      ["let queriesLeft: u32 = 6;", "let queriesLeft: u32 = 7;"],
      ["let attemptsLeft: u32 = 7;", "let attemptsLeft: u32 = 8;"],
      ["--attemptsLeft ?", "attemptsLeft ?"],
    ],
  },
  {
    file: "assembly/userauth/small/password.ts",
    tests: PASSWORD_TESTS,
    changes: [
      ["status < USERAUTH_OVER", "status <= USERAUTH_OVER"],
      ["status < USERAUTH_OVER", "status < UserauthStatus.TOO_MANY_ATTEMPTS"],
      ["    status = UserauthStatus.PROTOCOL_ERROR;\n", ""],
      ["load<u32>(BUFFER_PTR) == SSH_MSG_USERAUTH_REQUEST", "load<u8>(BUFFER_PTR) == SSH_MSG_USERAUTH_REQUEST"],
      [
        "!ctDifference(userNameLength + 5, MIDDLE_PTR, MIDDLE_BYTES - 1)",
        "!ctDifference(userNameLength + 5, MIDDLE_PTR, MIDDLE_BYTES - 2)",
      ],
      [
        "!ctDifference(userNameLength + 5, MIDDLE_PTR, MIDDLE_BYTES - 1)",
        "!ctDifference(userNameLength + 5, MIDDLE_PTR, MIDDLE_BYTES - 5)",
      ],
      ["userNameLength & USER_NAME_CAPACITY)", "userNameLength)"],
      ["userNameLength & USER_NAME_CAPACITY)", "userNameLength & 31)"],
      ["passwordLength & PASSWORD_CAPACITY", "passwordLength"],
      ["passwordLength & PASSWORD_CAPACITY", "passwordLength & 63"],
      ["6 + MIDDLE_BYTES != length", "6 + MIDDLE_BYTES > length"],
      ["6 + MIDDLE_BYTES != length", "6 + MIDDLE_BYTES < length"],
      [
        "            : userDifference\n              ? UserauthStatus.INVALID_USER\n",
        "            : false\n              ? UserauthStatus.INVALID_USER\n",
      ],
      ["passwordDifference | u32(!passwordLength)", "passwordDifference"],
      ["passwordDifference | u32(!passwordLength)", "u32(!passwordLength)"],
      ["why > USERAUTH_LAST_REFUSAL", "why >= UserauthStatus.PROTOCOL_ERROR"],
      ["let attemptsLeft: u32 = 4;", "let attemptsLeft: u32 = 5;"],
      ["u32(admitted) | --attemptsLeft", "u32(admitted) | attemptsLeft"],
      ["(replyLength >> 3)), length);", "(replyLength >> 3)), 1);"],
      ["(replyLength >> 3)), length);", "(replyLength >> 3)), length - 1);"],
    ],
  },
];
