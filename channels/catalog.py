"""Which features this installation has. The one place to register: one import and one line per feature.

May be imported by server and tests.
"""

from channels.core.feature import Feature

FEATURES: tuple[Feature, ...] = ()
