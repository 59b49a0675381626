"""An ssh-like client made of AsyncSSH: logs in, runs a command, copies standard input and output.

    asyncssh_client.py '{"host": ..., "port": ..., "user": ..., "hostKey": "ssh-ed25519 ...", "command": ...,
                         "password": ..., "keys": [file, ...]}'

Ends with the command's exit status, or with 255 and a line on standard error.
"""

import asyncio
import json
import sys
import warnings

warnings.filterwarnings("ignore")  # of ciphers that AsyncSSH supports and nobody uses

import asyncssh  # noqa: E402


async def run(request):
    options = {"client_keys": request.get("keys"), "password": request.get("password")}
    async with asyncssh.connect(
        request["host"],
        request["port"],
        username=request["user"],
        known_hosts=([asyncssh.import_public_key(request["hostKey"])], [], []),
        config=None,
        agent_path=None,
        login_timeout=20,
        **options,
    ) as connection:
        result = await connection.run(request["command"], input=sys.stdin.buffer.read(), encoding=None)
        sys.stdout.buffer.write(result.stdout)
        sys.stderr.buffer.write(result.stderr)
        return result.exit_status


if __name__ == "__main__":
    try:
        code = asyncio.run(run(json.loads(sys.argv[1])))
    except asyncssh.Error as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        code = 255
    sys.stdout.flush()
    sys.stderr.flush()
    sys.exit(code)
