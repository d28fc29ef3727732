"""Messages between processes: JSON, each with its length in front, through a pair of pipes."""

import json
import struct
from typing import Any, BinaryIO

__all__ = ["LONGEST", "Channel", "ChannelError"]

# Bytes of one message; what is longer is not read at all.
LONGEST = 16 << 20
HEADER = struct.Struct("!I")


class ChannelError(Exception):
    """The other side is gone, or sent what is no message."""


class Channel:
    """One end of a conversation.

    Parameters
    ----------
    incoming, outgoing : binary files
        To read from and to write to; blocking.
    """

    def __init__(self, incoming: BinaryIO, outgoing: BinaryIO) -> None:
        self.incoming = incoming
        self.outgoing = outgoing

    def send(self, message: Any) -> None:
        """Send one message.

        Parameters
        ----------
        message
            Anything that JSON can say.

        Raises
        ------
        ChannelError
            If the other side is gone, or the message is too long.
        """
        content = json.dumps(message).encode()
        if len(content) > LONGEST:
            raise ChannelError(f"A message of {len(content):,} bytes is too long to send.")
        try:
            self.outgoing.write(HEADER.pack(len(content)) + content)
            self.outgoing.flush()
        except (OSError, ValueError) as why:
            raise ChannelError("The other side is gone.") from why

    def receive(self) -> Any:
        """Wait for one message.

        Returns
        -------
        Anything that JSON can say.

        Raises
        ------
        ChannelError
            If the other side is gone, or what came is too long or not JSON.
        """
        (length,) = HEADER.unpack(self._read(HEADER.size))
        if length > LONGEST:
            raise ChannelError(f"A message of {length:,} bytes came, more than {LONGEST:,}.")
        try:
            return json.loads(self._read(length))
        except (ValueError, RecursionError) as why:
            raise ChannelError("What came is not a message.") from why

    def _read(self, count: int) -> bytes:
        try:
            content = self.incoming.read(count)
        except (OSError, ValueError) as why:
            raise ChannelError("The other side is gone.") from why
        if len(content) < count:
            raise ChannelError("The other side is gone.")
        return content
