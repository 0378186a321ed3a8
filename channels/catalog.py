"""Which features this installation has. The one place to register: one import and one line per feature.

May be imported by server and tests.
"""

from channels.branch.feature import FEATURE as BRANCH
from channels.chat.feature import FEATURE as CHAT
from channels.core.feature import Feature
from channels.me.feature import FEATURE as ME
from channels.meeting.feature import FEATURE as MEETING
from channels.template.feature import FEATURE as TEMPLATE

FEATURES: tuple[Feature, ...] = (BRANCH, CHAT, ME, MEETING, TEMPLATE)
