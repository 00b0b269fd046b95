"""The storage layer of labkit."""
