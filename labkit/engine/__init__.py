"""The engine layer of labkit."""
