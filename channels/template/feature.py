"""The row of the template: it is proposed, decided and shown over HTTP (`server/http/template.py`)."""

from channels.core.feature import FactRow, Feature
from channels.template.errors import TEMPLATE_ERRORS
from channels.template.records import TEMPLATE_INDEXES
from channels.template.telling import TOLD, tell

FEATURE = Feature(
    name="template",
    facts=(FactRow(TOLD, tell),),
    errors=TEMPLATE_ERRORS,
    indexes=TEMPLATE_INDEXES,
    capabilities={
        "template.propose": "propose changes of words and rules of meetings",
        "template.decide": "decide on changes of words and rules, never on one's own",
    },
)
