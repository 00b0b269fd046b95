"""The trigger system of a B2900: for each channel two device actions, each behind an arm and a trigger layer.

A timer's first event comes at once. An event that is due while the layer is still at work (delay and action) is told as
lost in the questionable status; the timer's comes as soon as the work is done. With automatic sources (AINT) a reading
follows each source change, and the next change follows the reading. A list or sweep begins anew at each arm event, and
starts over when there are more triggers than levels. After the last of both actions the output goes back to its
immediate level, or with `:FUNCtion:TRIGgered:CONTinuous` stays where it is.
"""

from collections.abc import Callable, Generator

import numpy as np

from labkit.core import FloatArray, Nanoseconds, nanoseconds
from labkit_sim import _keysight_b2900_specs as specs
from labkit_sim._keysight_b2900_channel import Channel, Store
from labkit_sim._keysight_b2900_layers import Action, ActionName, Layer
from labkit_sim._process import Task, Until, Wish

Run = Generator[Wish, None, None]
_ENDLESS_BATCH = 1 << 20


class TriggerSystem:
    """Both actions of one channel.

    `store` takes readings; `send` puts out a trigger (where to, whether at the beginning); `changed` hears of every
    change of state, `lost` of lost events.
    """

    def __init__(
        self,
        channel: Channel,
        store: Store,
        send: Callable[[tuple[str, ...], bool], None],
        changed: Callable[[], None],
        lost: Callable[[ActionName], None],
    ) -> None:
        self.channel = channel
        self._store = store
        self._send = send
        self._changed = changed
        self._lost = lost
        self.actions: dict[ActionName, Action] = {}
        self.reset()

    def reset(self) -> None:
        """Go back to the settings of `*RST`; what runs is aborted."""
        self.abort(tuple(ActionName))
        shortest = self.channel.model.shortest_interval
        self.actions = {name: Action(name, Layer(timer=shortest), Layer(timer=shortest)) for name in ActionName}

    @property
    def running(self) -> bool:
        """Whether an action is under way."""
        return any(action.running for action in self.actions.values())

    def initiate(self, names: tuple[ActionName, ...], begin: Callable[[Run], Task]) -> None:
        """Begin actions; the transient one first, so that readings see its change."""
        processes = {ActionName.TRANSIENT: self._transient, ActionName.ACQUIRE: self._acquire}
        chosen = [self.actions[name] for name in ActionName if name in names]
        for action in chosen:
            action.performed, action.running = 0, True
        for action in chosen:
            task = begin(self._layers(action, processes[action.name]))
            action.task = None if task.done else task

    def abort(self, names: tuple[ActionName, ...]) -> None:
        """Stop actions; the output stays as it is, a pulse goes back to its base."""
        for name in names:
            action = self.actions.get(name)
            if action is not None and action.task is not None:
                task, action.task = action.task, None
                task.cancel()

    def post(self, event: str) -> None:
        """Take an event that some layer may wait for."""
        for action in self.actions.values():
            if action.waiting == event:
                action.event.fire()
            elif action.state == "acting" and event == action.trigger.source:
                self._lost(action.name)

    def force(self, name: ActionName, layer: str) -> None:
        """Let a layer (`arm` or `trigger`) that waits go on at once."""
        action = self.actions[name]
        if action.waiting and action.state == layer:
            action.event.fire()

    # Layers

    def _layers(self, action: Action, act: Callable[[Action], Run]) -> Run:
        arm = action.arm
        began = int(self.channel.world.now)
        self._layer_output(arm, before=True)
        try:
            for k in range(arm.count if arm.count != specs.ENDLESS else _ENDLESS_BATCH):
                self._enter(action, "arm")
                yield from self._event(action, arm, began, k)
                yield Until(Nanoseconds(self.channel.world.now + arm.delay_time))
                self._layer_output(action.trigger, before=True)
                yield from act(action)
                self._layer_output(action.trigger, before=False)
            self._layer_output(arm, before=False)
        finally:
            action.running = False
            self._enter(action, "idle")
            self._end()
            # Whoever waits for the end may send commands that abort: not before this process is over.
            self.channel.world.at(self.channel.world.now, action.advanced.fire)

    def _end(self) -> None:
        channel = self.channel
        if self.running or not channel.output:
            return
        if not channel.settings.continuous:
            channel.refresh()
        if channel.settings.output.automatic_off:
            channel.set_output(False)

    def _enter(self, action: Action, state: str) -> None:
        if action.state != state:
            action.state = state
            self._changed()

    def _layer_output(self, layer: Layer, before: bool) -> None:
        if layer.output_on:
            self._send(layer.outputs, before)

    def _event(self, action: Action, layer: Layer, origin: int, k: int) -> Run:
        """Wait for event number `k` of a layer that was entered at `origin` (ns)."""
        if layer.source == "AINT" or (layer.bypass and k == 0):
            return
        if layer.source == "TIM":
            due = origin + k * nanoseconds(layer.timer)
            if due < self.channel.world.now:
                self._lost(action.name)
            yield Until(Nanoseconds(due))
            return
        action.waiting = layer.source
        try:
            yield action.event
        finally:
            action.waiting = ""

    # Source

    def _transient(self, action: Action) -> Run:
        levels = self.channel.settings.programmed()
        layer = action.trigger
        pulsed = self.channel.settings.pulse.on
        if layer.source == "TIM" and not pulsed and not action.output.on:
            yield from self._paced(action, levels)
            return
        origin = int(self.channel.world.now)
        for k in range(layer.count):
            self._enter(action, "trigger")
            yield from self._event(action, layer, origin, k)
            if layer.source == "AINT" and k:
                yield from self._until_read(action)
            yield Until(Nanoseconds(self.channel.world.now + layer.delay_time))
            self._enter(action, "acting")
            yield from self._change(action, float(levels[k % len(levels)]), pulsed)
        if layer.source == "TIM":
            yield Until(Nanoseconds(origin + layer.count * nanoseconds(layer.timer)))

    def _paced(self, action: Action, levels: FloatArray) -> Run:
        """Go through levels by the timer; only changes are events of the world."""
        layer, channel = action.trigger, self.channel
        origin, period = int(channel.world.now), max(nanoseconds(layer.timer), layer.delay_time)
        self._enter(action, "acting")
        count = len(levels)
        changes = np.flatnonzero(np.concatenate(([True], levels[1:] != levels[:-1])))
        for first in range(0, layer.count, count):
            for k in (changes + first).tolist():
                if k >= layer.count:
                    break
                yield Until(Nanoseconds(origin + k * period + layer.delay_time))
                channel.apply(float(levels[k - first]))
        yield Until(Nanoseconds(origin + layer.count * period))
        action.advance(layer.count)

    def _change(self, action: Action, level: float, pulsed: bool) -> Run:
        channel = self.channel
        if action.output.on:
            self._send(action.output.outputs, True)
        if pulsed:
            base = channel.settings.source.level
            begin = channel.world.now + nanoseconds(channel.settings.pulse.delay)
            try:
                yield Until(Nanoseconds(begin))
                channel.apply(level)
                action.advance()
                yield Until(Nanoseconds(begin + nanoseconds(channel.settings.pulse.width)))
            finally:
                channel.apply(base)
        else:
            channel.apply(level)
            if action.trigger.source == "AINT":
                scale = channel.settings.source_range(level).settling
                wait = channel.settings.source_wait.seconds(scale)
                yield Until(Nanoseconds(channel.world.now + nanoseconds(wait)))
            action.advance()
        if action.output.on:
            self._send(action.output.outputs, False)

    def _until_read(self, action: Action) -> Run:
        """Wait until the reading that belongs to the latest change was taken, if one is to come."""
        other = self.actions[ActionName.ACQUIRE]
        while other.running and other.trigger.source == "AINT" and other.performed < action.performed:
            yield other.advanced

    # Meter

    def _acquire(self, action: Action) -> Run:
        layer, channel = action.trigger, self.channel
        period = max(nanoseconds(layer.timer), layer.delay_time + channel.conversion)
        fixed = channel.fixed_ranges() and not action.output.on
        if layer.source == "TIM" and fixed and layer.count != specs.ENDLESS:
            if period > nanoseconds(layer.timer) and layer.count > 1:
                self._lost(action.name)
            yield Until(Nanoseconds(channel.world.now + layer.delay_time))
            yield channel.wait_until_readable()
            self._enter(action, "acting")
            begin = int(channel.world.now)
            yield channel.sampling(begin, period, layer.count, self._store)
            yield Until(Nanoseconds(begin + (layer.count - 1) * period + channel.conversion))
            action.advance(layer.count)
            return
        origin = int(channel.world.now)
        for k in range(layer.count):
            self._enter(action, "trigger")
            yield from self._event(action, layer, origin, k)
            if layer.source == "AINT":
                yield from self._until_changed(action)
            yield Until(Nanoseconds(channel.world.now + layer.delay_time))
            self._enter(action, "acting")
            yield from self.read_once(action)
            action.advance()

    def _until_changed(self, action: Action) -> Run:
        other = self.actions[ActionName.TRANSIENT]
        while other.running and other.trigger.source == "AINT" and other.performed <= action.performed:
            yield other.advanced

    def read_once(self, action: Action | None = None) -> Run:
        """Take one reading, on the range that suits it."""
        channel = self.channel
        if action is not None and action.output.on:
            self._send(action.output.outputs, True)
        yield channel.wait_until_readable()
        yield from channel.find_ranges()
        begin = int(channel.world.now)
        yield channel.sampling(begin, channel.conversion, 1, self._store)
        yield Until(Nanoseconds(begin + channel.conversion))
        if action is not None and action.output.on:
            self._send(action.output.outputs, False)
