"""The step that lights an array through a mask, once its parameters are put in."""

from pathlib import Path

from labkit.protocol._context import Context, Place
from labkit.protocol._masks import FULL, Pattern, read_pattern
from labkit.protocol._program import DEVICE, Expose
from labkit.protocol._step_fields import ExposeFields
from labkit.protocol._values import IRRADIANCE

_DARK: Pattern = ((0.0,),)


def compile_expose(fields: ExposeFields, place: Place, context: Context) -> Expose:
    """Compile an exposure: the mask's pattern read, the level an irradiance."""
    inner = place.at("expose")
    context.terminal(fields.terminal, inner.at("terminal"), "optical", "an exposure")
    if place.recording is not None:
        context.tell(place, "an exposure inside a record: no cell is connected while all are lit", at_key=True)
    if DEVICE in place.loops:
        context.tell(place, "an exposure inside a loop over devices: it lights all of them", at_key=True)
    context.loop_dimensions.setdefault(DEVICE, None)
    pattern = _DARK
    try:
        pattern = read_pattern(fields.mask, Path(context.source.name).parent)
    except ValueError as error:
        context.tell(inner.at("mask"), f"mask: {error}")
    name = fields.mask if isinstance(fields.mask, str) else "written out"
    level = context.positive(fields.level, IRRADIANCE, inner.at("level"))
    width = context.time(fields.width, inner.at("width"), shortest=1)
    return Expose(fields.terminal, name or FULL, pattern, level, width, fields.mark, context.line(place))
