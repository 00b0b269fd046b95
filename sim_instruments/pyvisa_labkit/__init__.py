"""PyVISA backend of labkit: `ResourceManager("bench.yaml@labkit")` opens the virtual copy of a bench."""

from pyvisa_labkit._library import LabkitVisaLibrary

WRAPPER_CLASS = LabkitVisaLibrary
"""The name under which PyVISA looks for a backend."""

__all__ = ["WRAPPER_CLASS", "LabkitVisaLibrary"]
