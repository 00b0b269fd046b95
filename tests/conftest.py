"""What holds for all tests."""

from hypothesis import settings

# How long an example takes is the machine's matter: a busy one makes no property false.
settings.register_profile("labkit", deadline=None)
settings.load_profile("labkit")
