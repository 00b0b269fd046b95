"""What holds for all tests.

The examples of the property tests are the same in every run, so that a test fails because of a change and never by
luck. `make explore` draws others, and many more of them.
"""

from hypothesis import settings

# How long an example takes is the machine's matter: a busy one makes no property false.
settings.register_profile("labkit", deadline=None, derandomize=True)
settings.register_profile("explore", deadline=None, derandomize=False, print_blob=True)
settings.load_profile("labkit")
