"""`channel.pattern.*`: channels under one name."""

import re

from labkit_sim.switching._channel_lists import invalid
from labkit_sim.switching._channels import Channels
from labkit_sim.tsp import NIL, Interpreter, Node, Value, text

_NAME = re.compile(r"[A-Za-z]\w{0,19}", re.ASCII)


def pattern_node(channels: Channels, interpreter: Interpreter) -> Node:
    """Give the table `channel.pattern`."""
    table = channels.table
    node = Node()

    def checked(name: Value) -> str:
        found = text(name)
        reserved = found.lower().startswith("slot") or found.lower() == "allslots"
        if not _NAME.fullmatch(found) or reserved:
            raise invalid(f"{found!r} is no name for a channel pattern")
        return found

    def set_image(names: Value = None, name: Value = None, *_: Value) -> None:
        found = tuple(table.read(text(names)))
        table.patterns[checked(name)] = found

    def snapshot(name: Value = None, *_: Value) -> None:
        table.patterns[checked(name)] = tuple(table.in_order(channels.closed))

    def get_image(names: Value = None, *_: Value) -> Value:
        wanted = [name.strip() for name in re.split("[,;]", text(names))]
        if any(name not in table.patterns for name in wanted):
            return NIL
        return ";".join(",".join(channel.name for channel in table.patterns[name]) for name in wanted)

    def delete(name: Value = None, *_: Value) -> None:
        if text(name) not in table.patterns:
            raise invalid(f"there is no channel pattern {text(name)}")
        del table.patterns[text(name)]

    def catalog(*_: Value) -> Value:
        left = iter(tuple(table.patterns))
        return interpreter.function(lambda *_: (next(left, None),))

    node.function("setimage", set_image)
    node.function("snapshot", snapshot)
    node.function("getimage", get_image)
    node.function("delete", delete)
    node.function("catalog", catalog)
    return node
