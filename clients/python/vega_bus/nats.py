"""A small NATS client over one socket: enough to follow subjects, to read a durable consumer and to send signals. No
packages are needed. It does not reconnect: a program that must go on makes a new one and counts the gap by `seq`."""

import base64
import json
import os
import socket
from collections import deque
from dataclasses import dataclass
from urllib.parse import urlparse

from . import ed25519


class BusError(Exception):
    """The server refused something, or went away; the text is the server's."""


@dataclass(frozen=True)
class Message:
    """One message: its subject, where an acknowledgement or answer goes (empty for none), and the bytes."""

    subject: str
    reply: str
    data: bytes


def _decode_seed(seed):
    """Secret and public nkey of a user's seed: base32 of prefix, 32 secret bytes and a checksum."""
    raw = base64.b32decode(seed + "=" * (-len(seed) % 8))
    secret = raw[2:34]
    body = bytes([20 << 3]) + ed25519.public_key(secret)
    return secret, base64.b32encode(body + _crc16(body).to_bytes(2, "little")).decode().rstrip("=")


def _crc16(data):
    crc = 0
    for byte in data:
        crc ^= byte << 8
        for _ in range(8):
            crc = ((crc << 1) ^ 0x1021) & 0xFFFF if crc & 0x8000 else (crc << 1) & 0xFFFF
    return crc


class Connection:
    """Connects as the user of a seed file. `user` is the user's name: its inboxes are below `_INBOX_<user>`."""

    def __init__(self, url, user, seed_file, timeout_s=10.0):
        address = urlparse(url)
        self._socket = socket.create_connection((address.hostname, address.port or 4222), timeout_s)
        self._reader = self._socket.makefile("rb")
        self._inbox = f"_INBOX_{user}.{os.urandom(12).hex()}"
        self._subscriptions = 0
        self._waiting = deque()
        info = json.loads(self._line().split(" ", 1)[1])
        with open(seed_file, encoding="ascii") as file:
            secret, public = _decode_seed(file.read().strip())
        signature = ed25519.sign(secret, info.get("nonce", "").encode())
        self._send(
            "CONNECT "
            + json.dumps(
                {
                    "verbose": False,
                    "pedantic": False,
                    "lang": "python",
                    "version": "1",
                    "name": user,
                    "protocol": 1,
                    "headers": True,
                    "no_responders": True,
                    "nkey": public,
                    "sig": base64.urlsafe_b64encode(signature).decode().rstrip("="),
                }
            )
        )
        self.flush()

    def subscribe(self, subject):
        """Follows a subject; what comes is read by `messages()`. Raises BusError when it is not permitted."""
        self._subscriptions += 1
        self._send(f"SUB {subject} {self._subscriptions}")
        self.flush()

    def publish(self, subject, data=b"", reply=""):
        """Sends bytes on a subject. A refusal is raised by whatever reads next."""
        where = f"{subject} {reply} " if reply else f"{subject} "
        self._socket.sendall(f"PUB {where}{len(data)}\r\n".encode() + data + b"\r\n")

    def messages(self):
        """Every message of the subscriptions, in the order in which they came; waits for the next, at most the timeout."""
        while True:
            yield self._waiting.popleft() if self._waiting else self._next()

    def read_durable(self, stream, durable, batch=100):
        """Messages of a durable consumer, each acknowledged when the next is asked for: after a crash the last comes again."""
        self.subscribe(f"{self._inbox}.*")
        left = 0
        while True:
            if left == 0:
                self._ask(stream, durable, batch)
                left = batch
            message = self._waiting.popleft() if self._waiting else self._next()
            if not message.reply.startswith("$JS.ACK."):
                left = 0  # The server's word that a request has ended.
                continue
            left -= 1
            yield message
            self.publish(message.reply, b"+ACK")

    def _ask(self, stream, durable, batch):
        request = json.dumps({"batch": batch, "expires": 5_000_000_000}).encode()
        self.publish(f"$JS.API.CONSUMER.MSG.NEXT.{stream}.{durable}", request, f"{self._inbox}.{os.urandom(6).hex()}")

    def flush(self):
        """Waits until the server has read all that was sent. Raises BusError when it refused any of it."""
        self._send("PING")
        while (line := self._line()) != "PONG":
            self._take(line)

    def close(self):
        self._socket.close()

    def _next(self):
        while not self._waiting:
            self._take(self._line())
        return self._waiting.popleft()

    def _take(self, line):
        verb, _, rest = line.partition(" ")
        if verb == "MSG":
            *head, size = rest.split(" ")
            self._store(head, self._body(int(size)))
        elif verb == "HMSG":
            *head, header_size, size = rest.split(" ")
            self._store(head, self._body(int(size))[int(header_size) :])
        elif verb == "PING":
            self._send("PONG")
        elif verb == "-ERR":
            raise BusError(rest)

    def _store(self, head, data):
        subject, reply = head[0], head[2] if len(head) > 2 else ""
        self._waiting.append(Message(subject, reply, data))

    def _body(self, size):
        data = self._reader.read(size + 2)
        if len(data) < size + 2:
            raise BusError("the connection ended")
        return data[:size]

    def _line(self):
        line = self._reader.readline()
        if not line.endswith(b"\r\n"):
            raise BusError("the connection ended")
        return line[:-2].decode()

    def _send(self, text):
        self._socket.sendall(text.encode() + b"\r\n")
