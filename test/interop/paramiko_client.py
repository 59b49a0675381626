"""An ssh-like client made of paramiko: logs in, runs a command, copies standard input and output.

    paramiko_client.py '{"host": ..., "port": ..., "user": ..., "hostKey": "ssh-ed25519 ...", "command": ...,
                         "password": ..., "keys": [file, ...], "stock": true}'

Ends with the command's exit status, or with 255 and a line on standard error. Paramiko has no chacha20-poly1305@openssh.com, the
only cipher of the smallest transport, so this file brings it: packets are sealed and opened on the way between paramiko's packetizer and
the socket. Key exchange, authentication and channels are paramiko's own. With "stock" it is paramiko as it comes.
"""

import base64
import json
import os
import struct
import sys
import threading

import paramiko
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms
from cryptography.hazmat.primitives.poly1305 import Poly1305
from paramiko.packet import Packetizer

CIPHER = "chacha20-poly1305@openssh.com"
TAG_BYTES = 16
LENGTH_BYTES = 4


class ChaCha20Poly1305:
    """One direction's keys: 32 bytes for the packet, 32 for its length (PROTOCOL.chacha20poly1305)."""

    def __init__(self, keys):
        self.packet_key, self.length_key = keys[:32], keys[32:]

    @staticmethod
    def _stream(key, sequence_number, block, data):
        nonce = struct.pack("<Q", block) + struct.pack(">Q", sequence_number)
        return Cipher(algorithms.ChaCha20(key, nonce), mode=None).encryptor().update(data)

    def crypt_length(self, sequence_number, data):
        return self._stream(self.length_key, sequence_number, 0, data)

    def crypt(self, sequence_number, data):
        return self._stream(self.packet_key, sequence_number, 1, data)

    def tag(self, sequence_number, data):
        return Poly1305.generate_tag(self._stream(self.packet_key, sequence_number, 0, bytes(32)), data)

    def verify(self, sequence_number, data, tag):
        try:
            Poly1305.verify_tag(self._stream(self.packet_key, sequence_number, 0, bytes(32)), data, tag)
        except InvalidSignature:
            raise paramiko.SSHException("wrong tag") from None


class SealingPacketizer(Packetizer):
    """To paramiko's packetizer the connection stays unencrypted; what it writes is sealed and what it reads was opened."""

    _sealing = None
    _opening = None
    _sealed_length = None

    def set_outbound_cipher(self, block_engine, *_args, **_options):
        self._sealing = block_engine
        super().set_outbound_cipher(None, 8, None, 0, b"", etm=True)  # etm: the padding does not count the length

    def set_inbound_cipher(self, block_engine, *_args, **_options):
        self._opening = block_engine
        super().set_inbound_cipher(None, LENGTH_BYTES, None, 0, b"")

    def write_all(self, out):
        if self._sealing is not None:
            number = (self._Packetizer__sequence_number_out - 1) & 0xFFFFFFFF
            sealed = self._sealing.crypt_length(number, out[:LENGTH_BYTES])
            sealed += self._sealing.crypt(number, out[LENGTH_BYTES:])
            out = sealed + self._sealing.tag(number, sealed)
        super().write_all(out)

    def read_all(self, n, check_rekey=False):
        if self._opening is None:
            return super().read_all(n, check_rekey)
        number = self._Packetizer__sequence_number_in
        if self._sealed_length is None:
            self._sealed_length = super().read_all(LENGTH_BYTES, check_rekey)
            return self._opening.crypt_length(number, self._sealed_length)
        sealed = super().read_all(n + TAG_BYTES, check_rekey)
        body, tag = sealed[:n], sealed[n:]
        self._opening.verify(number, self._sealed_length + body, tag)
        self._sealed_length = None
        return self._opening.crypt(number, body)


class Transport(paramiko.Transport):
    """paramiko's transport with one cipher more."""

    _cipher_info = {
        **paramiko.Transport._cipher_info,
        CIPHER: {"class": ChaCha20Poly1305, "mode": None, "block-size": 8, "key-size": 64},
    }
    _preferred_ciphers = (CIPHER,)

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        sealing = SealingPacketizer(self.sock)
        sealing.set_log(self.logger)
        self.packetizer = sealing

    def _get_cipher(self, name, key, iv, operation):
        return ChaCha20Poly1305(key)

    def _get_engine(self, name, key, iv=None, operation=None, aead=False):
        return ChaCha20Poly1305(key)


def log_in(transport, request):
    """The key first, if there is one; then the password, if there is one and the server wants more."""
    remaining = None
    refusal = None
    for path in request.get("keys", []):
        try:
            remaining = transport.auth_publickey(request["user"], load_key(path))
            break
        except paramiko.AuthenticationException as error:
            refusal = error
    else:
        if refusal is not None:
            raise refusal
    if remaining:
        print(f"partial success, then {','.join(remaining)}", file=sys.stderr)
    if "password" in request and remaining != []:
        transport.auth_password(request["user"], request["password"])


def load_key(path):
    for kind in (paramiko.Ed25519Key, paramiko.ECDSAKey, paramiko.RSAKey):
        try:
            return kind.from_private_key_file(path)
        except paramiko.SSHException:
            pass
    raise SystemExit(f"{path} is no key")


def run(request):
    kind = paramiko.Transport if request.get("stock") else Transport
    transport = kind((request["host"], request["port"]))
    try:
        transport.start_client(timeout=20)
        key = transport.get_remote_server_key()
        if f"{key.get_name()} {base64.b64encode(key.asbytes()).decode()}" != request["hostKey"]:
            raise paramiko.SSHException("another host key")
        log_in(transport, request)
        channel = transport.open_session()
        channel.exec_command(request["command"])
        writer = threading.Thread(target=copy_input, args=(channel,), daemon=True)
        writer.start()
        while data := channel.recv(32768):
            sys.stdout.buffer.write(data)
        while data := channel.recv_stderr(32768):
            sys.stderr.buffer.write(data)
        sys.stdout.flush()
        return channel.recv_exit_status()
    finally:
        transport.close()


def copy_input(channel):
    try:
        while data := os.read(0, 32768):
            channel.sendall(data)
        channel.shutdown_write()
    except OSError:
        pass  # the command has ended


if __name__ == "__main__":
    try:
        code = run(json.loads(sys.argv[1]))
    except (paramiko.SSHException, EOFError) as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        code = 255
    sys.stdout.flush()
    sys.exit(code)
