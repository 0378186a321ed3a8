"""The row of me: a member's own topic, in step on all devices."""

from channels.core.feature import CommandRow, Feature, QueryRow, RateClass, TopicRow
from channels.me.contract import CURSORS, TypingVisible
from channels.me.errors import ME_ERRORS
from channels.me.handlers import may_enter, render, set_preferences, snapshot, typing_visible
from channels.me.protocol import ME_EVENTS, MePreferencesSet, MeSetPreferences, MeSnapshot
from storage.indexes import IndexSpec

FEATURE = Feature(
    name="me",
    commands=(CommandRow(MeSetPreferences, MePreferencesSet, set_preferences, rate=RateClass.LIGHT),),
    events=ME_EVENTS,
    topic=TopicRow("me", may_enter, snapshot, MeSnapshot, render),
    queries=(QueryRow(TypingVisible, typing_visible),),
    errors=ME_ERRORS,
    indexes=(IndexSpec(CURSORS, "cursors_member", (("member", 1),)),),
)
