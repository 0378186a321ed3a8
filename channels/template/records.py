"""Stored proposals, their index, and the reads. Imported by channels.template and server.

template_proposals  {_id, org, base_version, before[], changes[], reason, by, at_ms, state, decided_by?, decided_at_ms?, answer?}

`before` and `changes` are lists of {key, value}. Settled ones stay: they are the history of the template.
"""

from typing import Any

from channels.core.settings import Changes
from channels.template.proposal import Proposal, State
from storage.client import Document, Mongo
from storage.indexes import IndexSpec
from storage.log import Insert, Update

PROPOSALS = "template_proposals"
HISTORY_MAX = 100

TEMPLATE_INDEXES: tuple[IndexSpec, ...] = (
    IndexSpec(PROPOSALS, "template_proposals_open", (("org", 1),), unique=True, partial={"state": "open"}),
    IndexSpec(PROPOSALS, "template_proposals_org", (("org", 1), ("_id", -1))),
)
"""One open proposal of an organisation at a time: two could contradict each other."""


def _listed(changes: Changes) -> list[Document]:
    return [{"key": key, "value": value} for key, value in sorted(changes.items())]


def _changes(listed: list[Document]) -> dict[str, Any]:
    return {one["key"]: one["value"] for one in listed}


def inserted(proposal: Proposal) -> Insert:
    """A new proposal, open."""
    return Insert(
        PROPOSALS,
        {
            "_id": proposal.id,
            "org": proposal.org,
            "base_version": proposal.base_version,
            "before": _listed(proposal.before),
            "changes": _listed(proposal.changes),
            "reason": proposal.reason,
            "by": proposal.by,
            "at_ms": proposal.at_ms,
            "state": proposal.state,
        },
    )


def settled(proposal: Proposal, state: State, by: str, at_ms: int, answer: str) -> Update:
    """An open proposal gets its end; refused when it has one already."""
    return Update(
        PROPOSALS,
        {"_id": proposal.id, "state": "open"},
        {"$set": {"state": state, "decided_by": by, "decided_at_ms": at_ms, "answer": answer}},
    )


def _proposal(doc: Document) -> Proposal:
    return Proposal(
        id=doc["_id"],
        org=doc["org"],
        base_version=doc["base_version"],
        before=_changes(doc["before"]),
        changes=_changes(doc["changes"]),
        reason=doc["reason"],
        by=doc["by"],
        at_ms=doc["at_ms"],
        state=doc["state"],
        decided_by=doc.get("decided_by"),
        decided_at_ms=doc.get("decided_at_ms"),
        answer=doc.get("answer", ""),
    )


async def find(mongo: Mongo, org: str, ident: str) -> Proposal | None:
    """A proposal of an organisation."""
    doc = await mongo[PROPOSALS].find_one({"_id": ident, "org": org})
    return _proposal(doc) if doc else None


async def history(mongo: Mongo, org: str) -> list[Proposal]:
    """Proposals of an organisation, the newest first."""
    docs = await mongo[PROPOSALS].find({"org": org}, sort=(("_id", -1),), limit=HISTORY_MAX)
    return [_proposal(doc) for doc in docs]
