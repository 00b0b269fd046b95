"""What all pages are rendered with: templates, filters for numbers and symbols, style and scripts."""

import re
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from labkit.report._provenance import readable_setting

_INDEX = re.compile(r"_([^\s_/|&();=]+)")


def page_environment() -> Environment:
    """Give what renders the templates of pages, with the filters that they use."""
    loader = PackageLoader("labkit.report", "page")
    made = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    made.filters["minus"] = _minus
    made.filters["symbol"] = _symbol
    made.filters["setting"] = readable_setting
    return made


def page_resource(name: str) -> str:
    """Give a file of the page's folder."""
    return (files("labkit.report") / "page" / name).read_text(encoding="utf-8")


def _minus(text: str) -> str:
    """Set a minus sign where a number begins with a hyphen."""
    return text[:1].replace("-", "−") + text[1:].replace(" -", " −").replace("(-", "(−")


def _symbol(text: str) -> Markup:
    """Set what follows an underscore as an index: `V_SET`, `I_on/I_off`."""
    return Markup(_INDEX.sub(r"<sub>\1</sub>", str(escape(text).replace(" - ", " − "))))  # noqa: S704 - escaped first
