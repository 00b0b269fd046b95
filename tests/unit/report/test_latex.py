"""LaTeX takes what labkit writes: nothing is left that LaTeX would read as a command."""

import re

from hypothesis import given
from hypothesis import strategies as st

from labkit.report import latex_text

SPECIAL = re.compile(r"(?<!\\)[&%#~^]|(?<!\\)_")


@given(st.text("aZ09 _&%$#{}~^\\µΩΔ±≥τ²₁<>|", max_size=40))
def test_no_special_character_is_left_bare(text: str) -> None:
    written = latex_text(text)
    assert not SPECIAL.search(written)
    assert written.count("{") - written.count(r"\{") == written.count("}") - written.count(r"\}")
    assert len(re.findall(r"(?<!\\)\$", written)) % 2 == 0
    assert written.isascii()


def test_indices_and_powers() -> None:
    assert latex_text("V_SET") == r"V\textsubscript{SET}"
    assert latex_text("1.2×10⁻¹² J") == r"1.2$\times$10\textsuperscript{-12} J"
    assert latex_text("M17.read_3_sigma/1", indices=False) == r"M17.read\_3\_sigma/1"
