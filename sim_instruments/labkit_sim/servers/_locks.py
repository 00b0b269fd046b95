"""Who may talk to one instrument: the exclusive and the shared lock of VISA (IVI-6.1 section 2.5)."""

import asyncio
from enum import IntEnum


class LockResult(IntEnum):
    """What a HiSLIP server answers to a lock request or a release."""

    FAILURE = 0
    SUCCESS = 1
    SUCCESS_SHARED = 2
    INVALID = 3


class Locks:
    """The locks of one instrument. A holder is any object; an empty key asks for the exclusive lock."""

    def __init__(self) -> None:
        self._exclusive: object | None = None
        self._shared: list[object] = []
        self._key = b""
        self._changed = asyncio.Condition()

    @property
    def exclusive(self) -> bool:
        """Whether somebody holds the exclusive lock."""
        return self._exclusive is not None

    @property
    def holders(self) -> int:
        """How many clients hold a lock of either kind."""
        return len({id(holder) for holder in (*self._shared, self._exclusive) if holder is not None})

    def may_talk(self, client: object) -> bool:
        """Tell whether the locks leave a client through."""
        if self._exclusive is not None:
            return self._exclusive == client
        return not self._shared or client in self._shared

    async def wait_for_access(self, client: object) -> None:
        """Wait until the locks leave a client through."""
        async with self._changed:
            await self._changed.wait_for(lambda: self.may_talk(client))

    async def request(self, client: object, key: bytes, timeout: float) -> LockResult:
        """Ask for a lock, waiting up to `timeout` (s) for it."""
        if self._exclusive == client or (key and client in self._shared):
            return LockResult.INVALID
        async with self._changed:
            try:
                async with asyncio.timeout(timeout):
                    await self._changed.wait_for(lambda: self._free_for(client, key))
            except TimeoutError:
                return LockResult.FAILURE
            if key:
                self._key = key
                self._shared.append(client)
            else:
                self._exclusive = client
            return LockResult.SUCCESS

    def _free_for(self, client: object, key: bytes) -> bool:
        if self._exclusive is not None:
            return False
        if key:
            return not self._shared or self._key == key
        return not self._shared or client in self._shared

    async def release(self, client: object) -> LockResult:
        """Give up a client's lock, the exclusive one first."""
        async with self._changed:
            result = LockResult.INVALID
            if self._exclusive == client:
                self._exclusive = None
                result = LockResult.SUCCESS
            elif client in self._shared:
                self._shared.remove(client)
                result = LockResult.SUCCESS_SHARED
            self._changed.notify_all()
            return result

    async def forget(self, client: object) -> None:
        """Give up all that a client holds, because it has left."""
        while await self.release(client) is not LockResult.INVALID:
            pass
