// The connection module.

import type { FileMutations } from "../../scripts/mutate/list.js";

const TESTS = ["unit/connection.test", "regression/connection", "unit/message-numbers", "fuzz/session"];

export const mutations: readonly FileMutations[] = [
  {
    file: "assembly/connection/index.ts",
    tests: TESTS,
    changes: [
      ["unanswered || length > PAYLOAD_CAPACITY ?", "length > PAYLOAD_CAPACITY ?"],
      ["unanswered || length > PAYLOAD_CAPACITY ?", "unanswered ?"],
      ["|| isMalformedOrUnfinished()) {", ") {"],
      ["    dropChannels();\n", ""],
      ["    refuseEverything();\n", ""],
      ["(number > 82 && number < 90) ||", "(number > 83 && number < 90) ||"],
      ["(number > 100 && number < 128)", "(number > 101 && number < 128)"],
      ["(number > 100 && number < 128)", "(number > 100 && number < 127)"],
      ["|| number > SSH_MSG_CHANNEL_REQUEST)", ")"],
      ["CLOSE_SENT, SSH_MSG_CHANNEL_CLOSE)", "EOF_SENT, SSH_MSG_CHANNEL_CLOSE)"],
    ],
  },
  {
    file: "assembly/connection/channels.ts",
    tests: TESTS,
    changes: [
      ["if (number >= CHANNEL_COUNT) return null;", ""],
      ["if (number >= CHANNEL_COUNT) return null;", "if (number > CHANNEL_COUNT) return null;"],
      ["return channel.flags ? channel : null;", "return channel;"],
      ["number < CHANNEL_COUNT; number++", "number <= CHANNEL_COUNT; number++"],
      ["number < CHANNEL_COUNT; number++", "number < CHANNEL_COUNT - 1; number++"],
      ["    if (channel.flags) continue;\n", ""],
      ["    channel.receiveWindow = windowSize;\n", ""],
      ["    channel.credit = 0;\n", ""],
      ["writeUint32(MAXIMUM_PACKET_SIZE);", "writeUint32(MAXIMUM_PACKET_SIZE + 1);"],
      ["PAYLOAD_CAPACITY - EXTENDED_DATA_HEADER_BYTES;", "PAYLOAD_CAPACITY - EXTENDED_DATA_HEADER_BYTES + 1;"],
      ["channel.flags & (flag | CLOSE_SENT)", "channel.flags & flag"],
      ["channel.flags & (flag | CLOSE_SENT)", "channel.flags & CLOSE_SENT"],
      ["  channel.flags |= flag;\n", ""],
      ["  channel.flags = 0;\n", ""],
    ],
  },
  {
    file: "assembly/connection/flow.ts",
    tests: TESTS,
    changes: [
      ["length > channel.receiveWindow ||", ""],
      ["length > channel.receiveWindow ||", "length > channel.receiveWindow + 1 ||"],
      ["length > channel.receiveWindow ||", "length >= channel.receiveWindow ||"],
      ["length > MAXIMUM_PACKET_SIZE ||", ""],
      ["length > MAXIMUM_PACKET_SIZE ||", "length > MAXIMUM_PACKET_SIZE + 1 ||"],
      ["  channel.receiveWindow -= length;\n", ""],
      ["if (extended) addCredit(channel, length);", ""],
      ["if (bytesToAdd > ~channel.sendWindow)", "if (false)"],
      ["if (bytesToAdd > ~channel.sendWindow)", "if (bytesToAdd >= ~channel.sendWindow)"],
      ["if (bytesToAdd > ~channel.sendWindow)", "if (bytesToAdd > ~channel.sendWindow + 1)"],
      ["channel.credit <= (windowSize - 1) >> 1", "channel.credit < (windowSize - 1) >> 1"],
      ["channel.credit <= (windowSize - 1) >> 1", "channel.credit <= windowSize >> 1"],
      ["  channel.credit = 0;\n", ""],
      ["min(length, held)", "length"],
      ["channel.flags & (EOF_SENT | CLOSE_SENT)) return 0;", "channel.flags & EOF_SENT) return 0;"],
      ["channel.flags & (EOF_SENT | CLOSE_SENT)) return 0;", "channel.flags & CLOSE_SENT) return 0;"],
      [
        "min(min(channel.sendWindow, channel.sendMaximum), CHANNEL_DATA_CAPACITY)",
        "min(channel.sendWindow, CHANNEL_DATA_CAPACITY)",
      ],
      [
        "min(min(channel.sendWindow, channel.sendMaximum), CHANNEL_DATA_CAPACITY)",
        "min(channel.sendMaximum, CHANNEL_DATA_CAPACITY)",
      ],
      [
        "min(min(channel.sendWindow, channel.sendMaximum), CHANNEL_DATA_CAPACITY)",
        "min(channel.sendWindow, channel.sendMaximum)",
      ],
      ["|| !length || length > writable(number)", "|| !length"],
      ["|| !length || length > writable(number)", "|| length > writable(number)"],
      ["  channel.sendWindow -= length;\n", ""],
    ],
  },
  {
    file: "assembly/connection/requests.ts",
    tests: TESTS,
    changes: [
      [
        "if (readBoolean()) writeByte(SSH_MSG_REQUEST_FAILURE);",
        "readBoolean();\n  writeByte(SSH_MSG_REQUEST_FAILURE);",
      ],
      ["  if (unanswered) return 0;\n", ""],
      ["event <= ConnectionEvent.SUBSYSTEM;", "event < ConnectionEvent.SUBSYSTEM;"],
      ["(isStart(event) && channel.flags & STARTED)", "false"],
      ["  unanswered = event;\n", ""],
      ["|| !unanswered) return 0;", ") return 0;"],
      [
        "if (accept && isStart(unanswered)) channel.flags |= STARTED;",
        "if (isStart(unanswered)) channel.flags |= STARTED;",
      ],
      ["if (accept && isStart(unanswered)) channel.flags |= STARTED;", ""],
      ["  unanswered = ConnectionEvent.NONE;\n", ""],
      ["accept ? SSH_MSG_CHANNEL_SUCCESS : SSH_MSG_CHANNEL_FAILURE", "SSH_MSG_CHANNEL_SUCCESS"],
      ["if (wantReply) writeMessage(number", "writeMessage(number"],
      [
        "if (!writeOnce(number, EXIT_SENT, SSH_MSG_CHANNEL_REQUEST)) return 0;",
        "writeOnce(number, EXIT_SENT, SSH_MSG_CHANNEL_REQUEST);",
      ],
    ],
  },
  {
    file: "assembly/connection/names.ts",
    tests: TESTS,
    changes: [
      ["nameLength == length && !ctDifference(ptr, name, length - 1)", "!ctDifference(ptr, name, nameLength - 1)"],
      ["nameLength == length && !ctDifference(ptr, name, length - 1)", "nameLength == length"],
      ["event <= ConnectionEvent.SIGNAL; event++", "event < ConnectionEvent.SIGNAL; event++"],
    ],
  },
];
