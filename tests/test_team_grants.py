"""What can't be granted or revoked is said by its own reason, and a login that is renamed stays its person's."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import text

from credtools.errors import RegistryError
from credtools.jupyter.admin import Admin
from credtools.store.writes import decisions
from tests.builders import ANA, ZOE, export
from tests.clicks import clicked
from tests.postgres import PostgresServer
from tests.teams import Team

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

pytestmark = pytest.mark.postgres


@pytest.fixture(scope="module", params=[None, pytest.param(15, marks=pytest.mark.long)])
def built(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Team]:
    """A server of its own, as roles are changed past credtools; the oldest version has other rules for them."""
    with PostgresServer(version=request.param) as server:
        yield Team.built(server, tmp_path_factory.mktemp("team"))


@pytest.fixture
def team(built: Team) -> Team:
    return built.copy()


@contextmanager
def role(team: Team, name: str, how: str = "") -> Iterator[str]:
    """A role of the server for a while."""
    team.sql(f"CREATE ROLE {team.login(name)} {how}")
    try:
        yield team.login(name)
    finally:
        team.sql(f"DROP OWNED BY {team.login(name)}", team.database)
        team.sql(f"DROP ROLE {team.login(name)}")


def said(verb: Callable[[], Any]) -> tuple[str, Any]:
    """The reason, and what else its sentence speaks of."""
    with pytest.raises(RegistryError) as caught:
        verb()
    return caught.value.reason, caught.value.facts.get("about")


def kept(team: Team) -> Any:
    """Head, memberships, and whose logins are."""
    with team.open("eva") as eva, eva.engine.connect() as connection:
        of = ("SELECT seq, hash FROM audit_head", "SELECT roleid, member FROM pg_auth_members ORDER BY 1, 2")
        return [connection.execute(text(one)).all() for one in (*of, "SELECT * FROM logins ORDER BY login")]


def test_what_cannot_be_granted_has_its_reason(team: Team, tmp_path: Path) -> None:
    """Who doesn't exist, can't log in, is bound by nothing, gets nothing or is another's; nothing is written then."""
    ana, bea, cron, owner = map(team.login, ("ana", "bea", "cron", "owner"))
    with team.open("ana") as uploader:
        uploader.upload(export(tmp_path, ANA)).finish()
    with (
        role(team, "root", "LOGIN SUPERUSER") as root,
        role(team, "maker", "LOGIN CREATEROLE") as maker,
        role(team, "group") as group,
        role(team, "heirless", "LOGIN NOINHERIT") as heirless,
        role(team, "deployer", f"LOGIN IN ROLE {owner}") as deployer,
        team.open("eva") as eva,
    ):
        before = kept(team)
        assert [
            said(lambda: eva.grant("none such", "uploader")),
            said(lambda: eva.grant(group, "uploader")),
            said(lambda: eva.grant(root, "auditor")),
            said(lambda: eva.grant(maker, "auditor")),
            said(lambda: eva.grant(deployer, "auditor")),
            said(lambda: eva.grant(heirless, "auditor")),
            said(lambda: eva.grant(ana, "uploader", "ben@example.org")),
            said(lambda: eva.grant(cron, "approver")),
            said(lambda: eva.grant(bea, "auditor", "cron@example.org")),
        ] == [
            ("login_unknown", "none such"),
            ("login_closed", group),
            ("login_unbound", "SUPERUSER"),
            ("login_unbound", "CREATEROLE"),
            ("login_unbound", f"may become {owner}"),
            ("login_inherits_nothing", heirless),
            ("login_of_another", "ana@example.org"),
            ("roles_apart", cron),
            ("roles_apart", f"{bea} and {cron}"),
        ]
        assert kept(team) == before


def test_what_cannot_be_revoked_has_its_reason(team: Team) -> None:
    """A role through another role, by another's grant, that isn't there, or of the only administrator."""
    auditor = team.login("auditor")
    with (
        role(team, "office", f"IN ROLE {auditor}") as office,
        role(team, "clerk", f"LOGIN IN ROLE {office}") as clerk,
        role(team, "temp", f"LOGIN IN ROLE {auditor}") as temp,  # by the server's administrator
        team.open("eva") as eva,
    ):
        before = kept(team)
        assert said(lambda: eva.revoke(clerk, "auditor")) == ("role_inherited", office)
        assert said(lambda: eva.revoke(clerk)) == ("role_inherited", office)
        assert said(lambda: eva.revoke(team.login("ana"), "auditor")) == ("role_not_there", None)
        assert said(lambda: eva.revoke(team.login("eva"))) == ("admin_last", team.login("eva"))
        assert kept(team) == before
        if team.server.tell("SHOW server_version_num")[0][0] >= "160000":  # who gave it has to take it
            assert said(lambda: eva.revoke(temp)) == ("role_of_another_grant", "postgres")
            assert kept(team) == before
        else:
            assert eva.revoke(temp) == ("auditor",)
            assert temp not in eva.who()["login"].tolist()


def test_the_page_says_only_what_is_so(team: Team) -> None:
    """*Administration* never says that a role was granted or revoked which, or whose login, doesn't exist."""
    with team.open("eva") as eva:
        page, before = Admin(eva), kept(team)
        for verb, login, wanted in (
            ("grant", team.login("nobody"), "owner"),
            ("grant", "none such", "auditor"),
            ("grant", "postgres", "auditor"),
            ("revoke", team.login("ana"), "owner"),
            ("revoke", "none such", "auditor"),
        ):
            assert clicked(page, verb, login=login, role=wanted)["kind"] == "problem"
        assert kept(team) == before


def test_a_renamed_login_is_still_its_persons(team: Team, tmp_path: Path) -> None:
    """Who is renamed on the server is the same person, to four eyes, too, also once granted again."""
    ana, anna, ulf2 = map(team.login, ("ana", "anna", "ulf2"))
    with team.open("eva") as eva:
        eva.set("four_eyes", value=True)
    with team.open("ana") as before:
        first = before.upload(export(tmp_path, ANA, ZOE))
        first.finish()
    team.sql(f"ALTER ROLE {ana} RENAME TO {anna}")
    try:
        with team.open("anna") as now, team.open("eva") as eva:
            assert (now.me.login, now.me.person, now.me.roles) == (anna, "ana@example.org", ("uploader",))
            assert now.is_me(ana)
            assert eva.namer()(anna) == eva.namer()(ana) == "Ana Silva"
            assert now.audit.rejects()["line"].tolist() == [3]
            second = now.upload(export(tmp_path, ANA.replace("2024", "2023"), name="b.csv"))
            second.finish()
            told = eva.who().set_index("login")
            assert told.loc[anna, ["person", "formerly", "roles"]].tolist() == ["ana@example.org", ana, "uploader"]
            assert ana not in told.index
            assert told.loc[team.login("bea"), "formerly"] == ""
            eva.grant(ulf2, "approver", "ana@example.org")
            with team.open("ulf2") as same:
                assert [same.approve(one.id).decided for one in (first, second)] == [(), ()]
                with pytest.MonkeyPatch.context() as patch:  # the server knows it, too
                    patch.setattr(decisions, "_own", lambda *_: ())
                    assert said(lambda: same.approve(second.id))[0] == "guard_refused"
            assert said(lambda: eva.grant(anna, "uploader", "ben@example.org")) == (
                "login_of_another",
                "ana@example.org",
            )
            eva.grant(anna, "uploader")
            told = eva.who().set_index("login")
            assert told.loc[anna, ["person", "formerly"]].tolist() == ["ana@example.org", ""]
            assert now.is_me(ana)
            assert eva.verify() == []
        bound = team.server.tell(
            f"SELECT login, role::text FROM ct_bound WHERE login LIKE '{ana[:-1]}%'", database=team.database
        )
        assert sorted(bound) == [(ana, anna), (anna, anna)]  # a dump writes names, which another server knows
    finally:
        team.sql(f"ALTER ROLE {anna} RENAME TO {ana}")
