"""What goes wrong in a TSP instrument: errors that only enter the queue, and those that end a script.

Most errors do not abort a running script; only a Lua run-time error (-286) does (2600S-901-01, appendix B).
"""

from labkit_sim._errors import MESSAGES

MISSING, NOT_ALLOWED, DATA_TYPE = -109, -108, -104
SYNTAX, RUNTIME = -285, -286
TOO_BIG, TOO_SMALL, INVALID = 1101, 1102, 1401

TSP_MESSAGES = MESSAGES | {
    SYNTAX: "TSP Syntax error",
    RUNTIME: "TSP Runtime error",
    802: "OUTPUT blocked by interlock",
    TOO_BIG: "Parameter too big",
    TOO_SMALL: "Parameter too small",
    1103: "Min greater than max",
    1104: "Too many digits for param type",
    1400: "Expected at least one parameter",
    INVALID: "Parameter is invalid",
    1404: "Invalid byte order",
    1405: "Invalid ASCII precision",
    1406: "Invalid data format",
    2203: "Cannot open file",
}
"""Texts of the error summary list; those of 802 and 1400 to 1406 are not verified against it."""

NO_SEVERITY, INFORMATIONAL, RECOVERABLE, SERIOUS, FATAL = 0, 10, 20, 30, 40


class TspError(Exception):
    """An error for the queue; the call that made it gives nothing back, and the script goes on."""

    def __init__(self, code: int, message: str = "") -> None:
        self.code = code
        self.message = message or TSP_MESSAGES.get(code, "Device-specific error")
        super().__init__(code, self.message)


class TspRuntimeError(Exception):
    """An error that ends the script (-286), unless the script catches it with pcall."""


def severity(code: int) -> int:
    """Give how bad an error is: all but an overflowing queue can be recovered from."""
    if code == 0:
        return NO_SEVERITY
    return SERIOUS if code == -350 else RECOVERABLE
