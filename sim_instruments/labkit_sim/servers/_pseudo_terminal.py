"""A serial port that is none: one end of a pseudo-terminal, where the operating system has them (not on Windows)."""

import asyncio
import importlib.util
import os
from io import FileIO
from typing import Self

AVAILABLE = importlib.util.find_spec("termios") is not None


class PseudoTerminal:
    """One end for the server, and a device file (`path`) that a client opens as a serial port."""

    def __init__(self, master: int, slave: int) -> None:
        self._master = master
        self._slave = slave
        self.path = os.ttyname(slave)
        self._transports: list[asyncio.BaseTransport] = []

    @classmethod
    def open(cls) -> Self:
        """Make a pseudo-terminal that carries bytes as they are: no echo, no translation of line ends."""
        import pty
        import tty

        master, slave = pty.openpty()
        tty.setraw(slave)
        return cls(master, slave)

    async def streams(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """Give the server's end. The other end stays open here too, so that clients may come and go."""
        loop = asyncio.get_running_loop()
        reader = asyncio.StreamReader()
        protocol = asyncio.StreamReaderProtocol(reader)
        reading, _ = await loop.connect_read_pipe(lambda: protocol, FileIO(self._master, "r"))
        writing, flow = await loop.connect_write_pipe(
            lambda: asyncio.StreamReaderProtocol(asyncio.StreamReader()), FileIO(os.dup(self._master), "w")
        )
        self._transports += [reading, writing]
        return reader, asyncio.StreamWriter(writing, flow, None, loop)

    def close(self) -> None:
        """Give both ends up."""
        for transport in self._transports:
            transport.close()
        os.close(self._slave)
