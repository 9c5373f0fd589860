"""A team's registry: who may do what, who says so, and what is said to who may not."""

from __future__ import annotations

import json
import re
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

import credtools as ct
from credtools.cli import main
from credtools.errors import CredtoolsWarning, RegistryError
from credtools.jupyter import Approvals
from credtools.jupyter.admin import Admin
from credtools.jupyter.listed import SAME_PERSON, Listed
from credtools.model.rights import KINDS, RIGHTS, ROLES, Role
from credtools.registry.follow_ups import HIDDEN
from credtools.store.writes import decisions
from tests.builders import ANA, CARA, ZOE, export, load
from tests.clicks import Clicks, clicked
from tests.core import ROOT
from tests.teams import PEOPLE, Team

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from credtools.registry import Registry
    from tests.conftest import Home
    from tests.postgres import PostgresServer

pytestmark = pytest.mark.postgres


@pytest.fixture(scope="module")
def built(postgres: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> Team:
    """A team for the whole file; who changes roles builds another one."""
    return Team.built(postgres, tmp_path_factory.mktemp("team"))


@pytest.fixture
def team(built: Team) -> Team:
    return built.copy()


@contextmanager
def refused(reason: str = "not_allowed") -> Iterator[None]:
    with pytest.raises(RegistryError) as problem:
        yield
    assert problem.value.reason == reason


def test_everybody_is_who_they_are_connected_as(team: Team) -> None:
    """The login, its person, roles and rights; what settings or the program say is ignored, with a warning."""
    with team.open("ana") as ana:
        me = ana.me
        assert (me.login, me.person, me.roles) == (team.login("ana"), "ana@example.org", ("uploader",))
        assert {right: ana.may(right) for right in RIGHTS} == {right: right in ROLES["uploader"] for right in RIGHTS}
        assert ana.by == team.login("ana")
    with pytest.warns(CredtoolsWarning) as told:
        team.open("ana", by="bea@example.org").close()
    assert [one.message.reason for one in told] == ["by_ignored"]  # type: ignore[union-attr]
    team.open("ana", by="ana@example.org").close()  # it is hers: nothing to say


def test_who_may_not_is_told_before_anything_is_written(team: Team, tmp_path: Path) -> None:
    """A sentence at once with the right, its roles and who can grant it; from the database it is the same error."""
    file = export(tmp_path, ANA)
    with team.open("ana") as ana, team.open("bea") as bea, team.open("carl") as carl, team.open("eva") as eva:
        for verb in (
            lambda: ana.approve(1),
            lambda: ana.undo(1),
            ana.verify,  # of which she sees only a part
            lambda: ana.erase("ana@example.org", "asked", dry_run=True),
            lambda: ana.set("four_eyes", value=True),
            lambda: ana.grant(team.login("ana"), "approver"),
            lambda: bea.upload(file),
            lambda: carl.upload(file),
            lambda: carl.waive(1, [2], "x"),
            lambda: eva.upload(file),
            lambda: eva.approve(1),
        ):
            with refused():
                verb()
        with pytest.raises(RegistryError) as problem:
            ana.approve(1)
        facts = problem.value.facts
        assert (facts["rights"], facts["roles"], facts["admins"]) == (["approve"], "approver", team.login("eva"))
        assert not len(eva.batches())
        with pytest.raises(RegistryError) as problem:
            ct.registry.store.set_setting(ana.engine, ana.by, "four_eyes", "true")
        assert (problem.value.reason, problem.value.code) == ("guard_refused", "not_allowed")


def test_a_file_goes_from_its_uploader_to_the_approver(team: Team, tmp_path: Path) -> None:
    """Each does their part under their own login, and the history verifies; names are shown where they are known."""
    with team.open("ana") as ana:
        batch = ana.upload(export(tmp_path, ANA, CARA))
        batch.finish()
        assert ana.sent_to() == ["Ulf@example.org", "bea@example.org"]
        number = batch.id
    with team.open("bea") as bea:
        assert bea.sent_to() is None
        assert bea.approve(number).decided == (2, 3)
        assert bea.batches().loc[0, "uploaded_by"] == team.login("ana")
        assert bea.namer()(team.login("ana")) == "Ana Silva"
    with team.open("eva") as eva:
        eva.rename_person("ana@example.org", "ana.silva@example.org")
    with team.open("carl") as carl:
        assert carl.namer()(team.login("ana")) == "Ana Silva"
        assert carl.verify() == []
    with team.open("ana") as ana:
        assert ana.person == "ana.silva@example.org"


def test_never_is_said_where_the_type_requires_a_date(team: Team, tmp_path: Path) -> None:
    """The guards take a blank date of such a type where it is stated that there is none."""
    with team.open("eva") as eva:
        load(eva, tmp_path, types="Name,Expiry,Approval required\nSite card,required,no\n")
    with team.open("ana") as ana:
        ana.upload(export(tmp_path, "ana@example.org,Site card,2024-01-01,never,")).finish()
        assert ana.credentials()["never"].tolist() == [True]
    with team.open("carl") as carl:
        assert carl.verify() == []


def test_every_verb_asks_for_a_right_that_there_is() -> None:
    """What verbs require are kinds of events, each of which takes a right."""
    texts = [path.read_text("utf-8") for path in (ROOT / "credtools").rglob("*.py")]
    asked = {kind for text in texts for kind in re.findall(r"""\.require\("(\w+)"\)""", text)}
    assert len(asked) > 20
    assert asked <= KINDS.keys()


def test_four_eyes_are_two_persons(team: Team, tmp_path: Path) -> None:
    """Who has two logins doesn't approve by the second one what the first has uploaded."""
    with team.open("eva") as eva:
        eva.set("four_eyes", value=True)
    with team.open("ulf") as ulf:
        batch = ulf.upload(export(tmp_path, ANA))
        batch.finish()
    with team.open("ulf2") as second:
        assert second.is_me(team.login("ulf"))
        assert second.approve(batch.id).decided == ()


def test_who_finished_what_a_service_held_is_one_of_two_eyes(
    team: Team, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who finished a scheduler's held file doesn't approve it by another login: said before, refused, and guarded."""
    with team.open("eva") as eva:
        eva.set("four_eyes", value=True)
    with team.open("cron") as cron:
        batch = cron.upload(export(tmp_path, ANA))
        batch.hold("it looks odd")
        number = batch.id
    with team.open("ulf") as ulf:
        ulf.batch(number).finish()
    with team.open("ulf2") as second:
        assert Listed(second).rows["blocked"].tolist() == [SAME_PERSON]
        decided = second.approve(number)
        assert (decided.decided, decided.blocked) == ((), {2: decisions.SAME_PERSON})
        monkeypatch.setattr(decisions, "_own", lambda *_: ())
        with refused("guard_refused"):
            second.approve(number)
        guard = "pg_get_functiondef('ct_check_decisions(xid8)'::regprocedure)"  # a negative control: without it
        (text,) = team.server.tell(f"SELECT {guard}", database=team.database)[0]
        assert ", b.finisher" in text
        team.server.tell(text.replace(", b.finisher", ""), database=team.database)
        assert second.approve(number).decided == (2,)


def test_what_a_service_brought_stays_everybodys(team: Team, tmp_path: Path) -> None:
    """Rows that a scheduler's login brought can be corrected by any uploader also after its role was taken from it."""
    with team.open("cron") as cron:
        cron.upload(export(tmp_path, ZOE)).finish()
    with team.open("eva") as eva:
        eva.revoke(team.login("cron"))
        with team.open("ana") as ana:
            assert ana.audit.rejects()["line"].tolist() == [2]
        eva.grant(team.login("cron"), "service")


def test_a_row_of_somebody_else_is_not_called_erased(team: Team, tmp_path: Path) -> None:
    """Who corrects a row of another uploader's file is told that it may be somebody else's, and nothing is fixed."""
    with team.open("ana") as ana, team.open("ulf") as ulf:
        ana.upload(export(tmp_path, ZOE)).finish()
        ana.write_rejects(file := tmp_path / "rejects.csv")
        told = [sentence for _, sentence in ulf.correct(file).problems]
        assert told == [HIDDEN]
        assert ana.audit.rejects()["state"].tolist() == ["open"]


def test_whoever_gets_another_address_is_the_same_person(team: Team, tmp_path: Path) -> None:
    """Two logins stay one person's who is renamed or merged, whichever of them is granted to the new address."""
    second, changed = team.login("nobody"), "anna@example.org"
    with team.open("eva") as eva:
        eva.set("four_eyes", value=True)
        eva.grant(second, "approver", "ana@example.org")
        with team.open("ana") as ana:
            batch = ana.upload(export(tmp_path, ANA))
            batch.finish()
        for change in (
            lambda: eva.rename_person("ana@example.org", changed),
            lambda: eva.grant(second, "approver", changed),
            lambda: eva.grant(team.login("ana"), "uploader", changed),
            lambda: eva.merge_person("ben@example.org", changed),
            lambda: eva.grant(second, "approver", "ben@example.org"),
        ):
            change()
            with team.open("nobody") as other:
                assert other.is_me(team.login("ana"))
                assert other.approve(batch.id).decided == ()
                with other.engine.connect() as connection:
                    asked = f"SELECT ct_person('{second}') = ct_person('{team.login('ana')}')"
                    assert connection.exec_driver_sql(asked).scalar() is True
        eva.revoke(second)


def test_a_login_becomes_no_other_person_who_would_be_service_and_approver(team: Team) -> None:
    """A person's logins are taken together whichever role is granted: one that comes to a person brings its own."""
    with team.open("eva") as eva:
        with pytest.raises(RegistryError):
            eva.grant(team.login("bea"), "auditor", "cron@example.org")
        with pytest.raises(RegistryError):
            eva.grant(team.login("cron"), "uploader", "bea@example.org")
        assert eva.who().set_index("login").loc[team.login("bea"), "person"] == "bea@example.org"


def test_granting_and_revoking_is_chained_and_holds_at_once(team: Team, tmp_path: Path) -> None:
    """Each is an event in one's own name; whoever is connected may no longer; a service never approves."""
    nobody, cron = team.login("nobody"), team.login("cron")
    with team.open("eva") as eva:
        eva.grant(nobody, "uploader", "nina@x.org")
        eva.grant(nobody, "auditor")
        with team.open("nobody") as nina:
            assert nina.me.roles == ("uploader", "auditor")
            assert eva.revoke(nobody, "uploader") == ("uploader",)
            with refused():
                nina.upload(export(tmp_path, ANA))
        told = eva.who().set_index("login")
        assert told.loc[nobody, ["person", "roles", "by"]].tolist() == ["nina@x.org", "auditor", team.login("eva")]
        later = team.open("nobody")
        assert eva.revoke(nobody) == ("auditor",)
        with refused("no_role"):
            later.batches()
        with refused("no_role"):
            later.upload(export(tmp_path, ANA))
        later.close()
        for reason, verb in {
            "roles_apart": lambda: eva.grant(cron, "approver"),
            "login_unknown": lambda: eva.grant("no such login", "uploader"),
            "role_unknown": lambda: eva.grant(cron, "owner"),  # type: ignore[arg-type]
            "person_no_address": lambda: eva.grant(cron, "uploader", "Cron"),
            "role_not_there": lambda: eva.revoke(nobody),
        }.items():
            with refused(reason):
                verb()
        assert eva.verify() == []
        with eva.engine.connect() as connection:
            events = "SELECT kind, text::jsonb ->> 'by' FROM events WHERE kind IN ('grant', 'revoke') ORDER BY seq"
            made = [tuple(row) for row in connection.exec_driver_sql(events)]
    mine = team.login("eva")
    assert made[-4:] == [("grant", mine), ("grant", mine), ("revoke", mine), ("revoke", mine)]
    with refused("no_role"):
        team.open("nobody")


def test_an_administrator_erases(team: Team, tmp_path: Path) -> None:
    """Everything of a person goes and the history verifies; that only the owner can vacuum is said."""
    with team.open("ana") as ana:
        ana.upload(export(tmp_path, ANA, CARA)).finish()
    with team.open("eva") as eva:
        assert f"{team.prefix}_owner" in eva.erase("ana@example.org", "asked").notes[-1]
        assert "ana@example.org" not in eva.credentials()["user_email"].tolist()
        assert eva.verify() == []


def test_somebody_can_always_grant(team: Team) -> None:
    """The only administrator stays one."""
    with team.open("eva") as eva:
        with refused("admin_last"):
            eva.revoke(team.login("eva"))
        assert eva.may("administer")


def test_whose_a_login_was_is_erased_too(team: Team) -> None:
    """Of an erased person's logins nothing says whose they were; two of them stay one person's, and it verifies."""
    with team.open("eva") as eva:
        for person in ("ulf@example.org", "ana@example.org"):  # no user, and a user
            assert eva.erase(person, "asked for", dry_run=True).counts["logins"] == (2 if "ulf" in person else 1)
            eva.erase(person, "asked for")
        persons = eva.who().set_index("login")["person"]
        of = {name: persons[team.login(name)] for name in PEOPLE}
        assert of["ulf"] == of["ulf2"] == f"erased-{team.login('ulf')}"
        assert re.fullmatch(r"erased-\d+", of["ana"])
        assert of["bea"] == "bea@example.org"
        assert eva.verify() == []


def test_an_upgrade_renews_the_guards(team: Team) -> None:
    """A registry with guards of another release isn't opened; who may become its owner renews them, and it says so."""
    body = "SELECT 'those of before'"
    made = f"CREATE OR REPLACE FUNCTION ct_guards() RETURNS text LANGUAGE sql IMMUTABLE AS $$ {body} $$"
    team.sql(made, team.database)
    with refused("guards_differ"):
        team.open("ana")
    with refused("not_the_owner"):
        ct.upgrade(team.url("eva"))
    owner = team.server.url(team.database)
    assert [ct.upgrade(owner).guards for _ in range(2)] == [True, False]
    team.open("ana").close()


def test_an_upgrade_closes_a_copy_of_the_database(team: Team) -> None:
    """A copy of the whole database, where everybody may make temporary tables again, is upgraded by its owner."""
    copy = f"{team.database}_whole"
    team.sql(f"CREATE DATABASE {copy} TEMPLATE {team.database}")
    team.sql("CREATE OR REPLACE FUNCTION ct_guards() RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT '' $$", copy)
    assert ct.upgrade(team.server.url(copy)).guards
    with ct.open(team.server.url(copy, user=team.login("ana"))) as ana, ana.engine.connect() as connection:
        asked = "SELECT has_database_privilege('public', current_database(), 'TEMP')"
        assert connection.exec_driver_sql(asked).scalar() is False


def test_on_sqlite_rights_are_advisory(registry: Registry, home: Home) -> None:
    """There everybody may do everything, and roles are refused with a word on where they are kept."""
    assert all(registry.may(right) for right in RIGHTS)
    assert all(registry.me.may_write(kind) for kind in KINDS)
    assert (registry.sent_to(), registry.namer()("ana")) == (None, "ana")
    for verb in (registry.who, lambda: registry.grant("ana", "admin"), lambda: registry.revoke("ana")):
        with refused("rights_advisory"):
            verb()
    if home.name == "sqlite":
        with refused("team_on_sqlite"):
            ct.init(home.folder / "none.db", team=True)
        assert not (home.folder / "none.db").exists()


# --- at the prompt ----------------------------------------------------------------------------------------------


@pytest.fixture
def prompt(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[int, str, str]]:
    """A command as one of the team: its exit code, what it says on stdout and on stderr."""
    monkeypatch.chdir(tmp_path)

    def run(team: Team, name: str, *words: str) -> tuple[int, str, str]:
        monkeypatch.setenv("CREDTOOLS_DATABASE", team.url(name))
        done = CliRunner().invoke(main, words)
        return done.exit_code, done.stdout, done.stderr

    return run


def test_roles_at_the_prompt(team: Team, prompt: Callable[..., tuple[int, str, str]]) -> None:
    """grant, who and revoke; a refusal is one sentence and exit 2, and stdout stays JSON."""
    nobody = team.login("nobody")
    code, out, _ = prompt(team, "eva", "grant", nobody, "--role", "approver", "--as", "nina@x.org", "--json")
    assert (code, json.loads(out)) == (0, {"login": nobody, "person": "nina@x.org", "roles": ["approver"]})
    code, out, _ = prompt(team, "eva", "who", "--json")
    has = {one["login"]: one["roles"] for one in map(json.loads, out.splitlines())}
    assert has == {team.login(name): [role] for name, (role, _) in PEOPLE.items()} | {nobody: ["approver"]}
    code, out, err = prompt(team, "ana", "approve", "1", "--json")
    assert (code, out) == (2, "")
    assert "approver" in err
    code, out, _ = prompt(team, "eva", "revoke", nobody, "--json")
    assert (code, json.loads(out)) == (0, {"login": nobody, "revoked": ["approver"]})


def test_who_else_one_claims_to_be_is_told_beside_the_json(
    team: Team, monkeypatch: pytest.MonkeyPatch, prompt: Callable[..., tuple[int, str, str]]
) -> None:
    """CREDTOOLS_BY is ignored: once, on stderr, also with --json."""
    monkeypatch.setenv("CREDTOOLS_BY", "bea@example.org")
    code, out, err = prompt(team, "ana", "settings", "max_rows", "--json")
    assert (code, json.loads(out)) == (0, {"max_rows": 20_000})
    assert err.count("bea@example.org") == 1


# --- on the screen ----------------------------------------------------------------------------------------------


def test_pages_offer_what_one_may_do(team: Team, tmp_path: Path) -> None:
    """The state of each page says what may be done; an uploader's last page names the approvers."""
    with team.open("ana") as ana, team.open("eva") as eva:
        clicks = Clicks(ana)
        assert clicks.state["may"] == ["upload"]
        clicks.upload("a.csv", export(tmp_path, ANA, CARA).read_bytes())
        clicks("next")
        done = clicks("finish")
        assert (done["may_approve"], done["approvers"], done["pending"]) == (
            False,
            ["Ulf@example.org", "bea@example.org"],
            2,
        )
        approvals = Approvals(ana)
        assert clicked(approvals, "ready")["may"] == ["upload"]
        asked = clicked(approvals, "decide", decision="approve")
        assert (asked["kind"], asked["reason"]) == ("problem", "not_allowed")
        page = Admin(eva)
        assert [one["login"] for one in clicked(page, "ready")["people"]] == sorted(map(team.login, PEOPLE))
        assert clicked(page, "set", key="max_rows", value="7")["kind"] == "done"
        assert clicked(page, "set", key="max_rows", value="many")["reason"] == "setting_not_a_number"
        assert clicked(Admin(ana), "set", key="max_rows", value="8")["reason"] == "not_allowed"


@pytest.mark.parametrize(("left", "reason"), [(None, "no_role"), ("auditor", "not_allowed")])
def test_a_role_that_is_taken_while_a_page_is_open(team: Team, tmp_path: Path, left: Role | None, reason: str) -> None:
    """The next click says so, and nothing is lost: with the role again, work goes on where it was."""
    ana, bea = team.login("ana"), team.login("bea")
    with team.open("eva") as eva, team.open("ana") as uploader, team.open("bea") as approver:
        for login in (ana, bea):
            if left:
                eva.grant(login, left)
        clicks, page = Clicks(uploader), Approvals(approver)
        clicks.upload("a.csv", export(tmp_path, ANA, "ana@example.org,Frist Aid,2023-01-10,,", ZOE).read_bytes())
        cause = clicks.cause("Frist Aid")
        for verb, given in (("accept", {"cause": cause}), ("next", {}), ("finish", {})):
            eva.revoke(ana, "uploader")
            before = clicks.state["step"]
            clicks(verb, **given)
            told = next(one for one in reversed(clicks.sent) if "kind" in one)
            eva.grant(ana, "uploader")
            if verb == "next" and left:  # which changes nothing, and can be seen by who may audit
                continue
            assert (told["kind"], told["reason"], clicks.state["step"]) == ("problem", reason, before)
            clicks(verb, **given)
            assert clicks.state["kind"] == "done"
        assert (clicks.state["step"], eva.credentials()["credential_type"].tolist()) == ("done", ["First Aid"] * 2)
        assert eva.batches()["state"].tolist() == ["finished"]
        assert clicked(page, "ready")["kind"] == "done"
        eva.revoke(bea, "approver")
        assert clicked(page, "decide", decision="approve")["reason"] == reason
        eva.grant(bea, "approver")
        assert clicked(page, "ready")["kind"] == "done"
        for login in (ana, bea):
            if left:
                eva.revoke(login, left)
        assert eva.verify() == []


def test_on_sqlite_the_page_lists_no_people(registry: Registry) -> None:
    """Settings and types only, and why; they can be changed."""
    page = Admin(registry)
    state = clicked(page, "ready")
    assert (state["people"], len(state["types"])) == (None, 4)
    assert clicked(page, "set", key="four_eyes", value="true")["settings"][1]["value"] is True
    assert clicked(page, "grant", login="ana", role="admin")["reason"] == "rights_advisory"
