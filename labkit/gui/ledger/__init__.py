"""The Ledger view: what each device has lived through."""

from labkit.gui.ledger._view import LedgerView

__all__ = ["LedgerView"]
