"""The metrics layer of labkit."""
