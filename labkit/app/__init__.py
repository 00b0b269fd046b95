"""The app layer of labkit."""
