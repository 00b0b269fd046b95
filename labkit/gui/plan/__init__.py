"""The Plan view: see what a run will do before anything happens."""

from labkit.gui.plan._view import PlanView

__all__ = ["PlanView"]
