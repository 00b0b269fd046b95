"""A terminal that is held and never measured is at its voltage all the same."""

from collections.abc import Callable
from typing import Any

import numpy as np

from labkit.core import Kind

PROTOCOL = """\
schema_version: 1
name: held_gate
title: Drain current at two gate voltages that are only held
terminals:
  drain: {kind: electrical, compliance: 100 uA, current_range: 1 uA}
  gate: {kind: electrical, compliance: 1 uA}
steps:
  - hold: {drain: 0.1 V}
  - for_each: {gate: [0 V, 1 V]}
    steps:
      - hold: {gate: $gate}
      - read: {terminal: drain, level: 0.1 V, delay: 20 ms, count: 10, mark: level}
"""


def test_a_gate_that_is_only_held_opens_the_channel(open_text: Callable[..., Any]) -> None:
    session = open_text(PROTOCOL, "demo_transistor")
    session.run()
    run = session.read()
    levels = [float(np.mean(run.samples_of(row).current)) for _, row in run.rows(Kind.READ).iterrows()]
    # An overdrive of 0.2 V and of 1.2 V, less half the drain voltage.
    assert levels[1] / levels[0] > 5
