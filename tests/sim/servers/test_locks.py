"""The locks of one instrument: exclusive and shared, with time-outs."""

import asyncio
from collections.abc import Coroutine
from typing import Any

from labkit_sim.servers._locks import LockResult, Locks


def run(coroutine: Coroutine[Any, Any, None]) -> None:
    asyncio.run(coroutine)


def test_an_exclusive_lock_keeps_all_others_out_until_it_is_given_up() -> None:
    async def story() -> None:
        locks = Locks()
        assert await locks.request("a", b"", 0.01) is LockResult.SUCCESS
        assert locks.may_talk("a")
        assert not locks.may_talk("b")
        assert await locks.request("b", b"", 0.01) is LockResult.FAILURE
        assert await locks.release("b") is LockResult.INVALID
        assert await locks.release("a") is LockResult.SUCCESS
        assert locks.may_talk("b")

    run(story())


def test_a_shared_lock_is_shared_by_those_who_know_its_key() -> None:
    async def story() -> None:
        locks = Locks()
        assert await locks.request("a", b"key", 0.01) is LockResult.SUCCESS
        assert await locks.request("b", b"key", 0.01) is LockResult.SUCCESS
        assert await locks.request("c", b"other", 0.01) is LockResult.FAILURE
        assert [locks.may_talk(who) for who in "abc"] == [True, True, False]
        assert locks.holders == 2
        assert await locks.release("a") is LockResult.SUCCESS_SHARED

    run(story())


def test_a_holder_of_a_shared_lock_may_have_it_for_itself_for_a_while() -> None:
    async def story() -> None:
        locks = Locks()
        await locks.request("a", b"key", 0.01)
        await locks.request("b", b"key", 0.01)
        assert await locks.request("a", b"", 0.01) is LockResult.SUCCESS
        assert [locks.may_talk(who) for who in "ab"] == [True, False]
        assert await locks.release("a") is LockResult.SUCCESS
        assert [locks.may_talk(who) for who in "ab"] == [True, True]

    run(story())


def test_who_waits_gets_the_lock_of_one_who_leaves() -> None:
    async def story() -> None:
        locks = Locks()
        await locks.request("a", b"", 0.01)
        waiting = asyncio.ensure_future(locks.request("b", b"", 5))
        await asyncio.sleep(0.01)
        await locks.forget("a")
        assert await waiting is LockResult.SUCCESS
        assert locks.exclusive

    run(story())


def test_a_lock_that_is_held_already_is_not_given_twice() -> None:
    async def story() -> None:
        locks = Locks()
        await locks.request("a", b"", 0.01)
        assert await locks.request("a", b"", 0.01) is LockResult.INVALID

    run(story())
