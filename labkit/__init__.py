"""labkit: declared pulse protocols and declared metrics for synaptic devices."""

__version__ = "0.1.0"
