"""The report layer of labkit."""
