"""What a plan says of itself in words."""

import pytest

from labkit.app import Request, longest_if, plan_request


@pytest.mark.parametrize(
    ("protocol", "bench", "reason"),
    [
        ("ppf_optical", "demo_optical", "every relaxation times out"),
        ("relearning", "demo_memory", "every `until` loop goes through all its rounds"),
        ("arrhenius", "demo_stage", "every temperature settles as late as it may"),
        ("ltp_ltd_lit", "demo_photoelectric", "nothing ends early"),
    ],
)
def test_the_longest_time_names_what_makes_it(protocol: str, bench: str, reason: str) -> None:
    assert longest_if(plan_request(Request(protocol, bench, virtual=True))) == reason
