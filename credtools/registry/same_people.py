"""Same people: addresses of a file under which nobody active is known, though name and External ID are somebody's."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from credtools.model import Review
from credtools.registry.session import Session
from credtools.registry.strangers import named_by, people
from credtools.text import fold


@dataclass(frozen=True)
class SamePerson:
    """A user whom a file names by another address: its name and External ID there are those of exactly one.

    `address`: that of the file; `known`: the user's own; `merges`: whether the other one is that of a deactivated user,
    so that two accounts become one.
    """

    address: str
    known: str
    name: str
    external_id: str
    merges: bool


def same_people(session: Session, review: Review) -> list[SamePerson]:
    """Who is perhaps meant by addresses that nobody active has. A person decides: two people can share a name."""
    if named_by(review) != "user_email":
        return []
    lookups = session.lookups()
    users = lookups.users.fillna("")
    active = users[(users["status"] == "active") & (users["external_id"] != "") & (users["email"] != "")]
    by_id = {str(external): place for place, external in active["external_id"].items()}
    status = review.resolved["user_status"]
    here = people(session, review, np.asarray(status.isin(["unknown", "deactivated"])))
    gone = {fold(email) for email in users.loc[users["status"] != "active", "email"]}
    found = []
    for said in here[(here["external_id"] != "") & (here["name"] != "")].to_dict("records"):
        place = by_id.get(said["external_id"].strip())
        if place is None or place not in lookups.names.called(said["name"]) or fold(said["email"]) == "":
            continue
        user, key = active.loc[place], fold(said["email"])
        names = str(user["email"]), str(user["name"]), str(user["external_id"])
        found.append(SamePerson(said["email"], *names, merges=key in gone))
    return found
