"""Who gets in where: every route of the hub, for every kind of person, in every state of what the route is about.

The table says what each is answered; it is compared with the map of all addresses, so that no route can be forgotten.
``in`` stands for being sent to sign in. Hidden looks absent: who may not know of a thing gets the 404 of nothing.
Forms are sent with their token and with the values below, and the database is put back after each that changed it.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from werkzeug.routing import Rule

from hub.accounts import memberships, security
from hub.accounts.models import Part
from hub.database import db, now, transaction
from hub.directory import claims, merging, moderation, profiles, registration, revisions
from hub.directory.models import Case, Organization, Revision
from hub.directory.states import CaseKind, Decision, Status
from hub.permissions import ANYONE, OPERATOR, Actor
from tests.conftest import hub_in
from tests.people import OutsideClient, Person, sign_in

ROLES = ("anonymous", "member", "other", "guest", "editor", "focal", "curator", "admin")
# what forms send; most send nothing, and whoever may use them is told so by 422 or led on by 302
FORMS: dict[str, dict[str, str]] = {
    "accounts.change_member": {"role": "editor"},
    "desk.answers": {"answer-1": "yes"},
    "desk.assign": {"curator": "CURATOR"},
    "desk.decision": {"decision": "decline", "template": "unfounded"},
    "desk.dismiss": {"first": "PUBLISHED", "second": "TWIN"},
    "desk.notes": {"text": "A note.", "to": "curators"},
    "own.appeal": {"text": "Look again."},
    "own.reply": {"text": "An answer."},
}
STATES = {
    "case_id": ("open", "waiting", "decided", "report", "nothing"),
    "revision_id": ("draft", "submitted", "declined", "nothing"),
    "slug": ("published", "draft", "hidden", "archived", "merged", "nothing"),
    "id": ("published", "draft", "hidden", "archived", "merged", "nothing"),
    "organization_id": ("published", "draft", "nothing"),
    "merge_id": ("merged", "nothing"),
    "first": ("published", "nothing"),
}
EXPECTED = """
accounts.change                      POST -         in  303 303 303 303 303 303 303
accounts.change_member               POST published in  400 400 400 400 400 400 400
accounts.change_member               POST draft     in  400 400 400 400 400 400 400
accounts.change_member               POST nothing   in  400 400 400 400 400 400 400
accounts.change_role                 POST -         in  403 403 403 403 403 422 422
accounts.data                        GET  -         in  200 200 200 200 200 200 200
accounts.delete                      GET  -         in  200 200 200 200 200 200 200
accounts.delete                      POST -         in  303 303 303 303 422 303 303
accounts.end_sign_ins                POST -         in  303 303 303 303 303 303 303
accounts.home                        GET  -         in  200 200 200 200 200 200 200
accounts.invitation                  GET  -         in  404 404 404 404 404 404 404
accounts.invitation                  POST -         in  404 404 404 404 404 404 404
accounts.invite                      POST published in  403 403 403 403 422 403 422
accounts.invite                      POST draft     in  403 403 403 403 422 403 422
accounts.invite                      POST nothing   in  403 403 403 403 403 403 404
accounts.members                     GET  published in  404 404 404 200 200 200 200
accounts.members                     GET  draft     in  404 404 404 200 200 200 200
accounts.members                     GET  nothing   in  404 404 404 404 404 404 404
accounts.roles                       GET  -         in  403 403 403 403 403 200 200
accounts.withdraw                    POST published in  403 403 403 403 303 403 303
accounts.withdraw                    POST draft     in  403 403 403 403 303 403 303
accounts.withdraw                    POST nothing   in  403 403 403 403 403 403 303
api.list_vocabularies                GET  -         200 200 200 200 200 200 200 200
api.match_name                       GET  -         422 422 422 422 422 422 422 422
api.openapi                          GET  -         200 200 200 200 200 200 200 200
api.read_organization                GET  published 200 200 200 200 200 200 200 200
api.read_organization                GET  draft     404 404 404 404 404 404 404 404
api.read_organization                GET  hidden    404 404 404 404 404 404 404 404
api.read_organization                GET  archived  404 404 404 404 404 404 404 404
api.read_organization                GET  merged    302 302 302 302 302 302 302 302
api.read_organization                GET  nothing   404 404 404 404 404 404 404 404
api.read_vocabulary                  GET  -         200 200 200 200 200 200 200 200
api.search_organizations             GET  -         200 200 200 200 200 200 200 200
api.suggest_while_typing             GET  -         422 422 422 422 422 422 422 422
api_pages.reference                  GET  -         200 200 200 200 200 200 200 200
api_pages.root                       GET  -         302 302 302 302 302 302 302 302
assets.bundle                        GET  -         404 404 404 404 404 404 404 404
checking.check                       GET  draft     in  404 404 404 200 200 200 404
checking.check                       GET  submitted in  404 404 404 200 200 200 404
checking.check                       GET  declined  in  404 404 404 200 200 200 404
checking.check                       GET  nothing   in  404 404 404 404 404 404 404
checking.settle                      GET  draft     in  404 404 404 200 200 200 404
checking.settle                      GET  submitted in  404 404 404 303 303 303 404
checking.settle                      GET  declined  in  404 404 404 303 303 303 404
checking.settle                      GET  nothing   in  404 404 404 404 404 404 404
checking.settle                      POST draft     in  404 404 404 303 303 303 404
checking.settle                      POST submitted in  404 404 404 303 303 303 404
checking.settle                      POST declined  in  404 404 404 303 303 303 404
checking.settle                      POST nothing   in  404 404 404 404 404 404 404
checking.submit                      POST draft     in  404 404 404 422 422 422 404
checking.submit                      POST submitted in  404 404 404 303 303 303 404
checking.submit                      POST declined  in  404 404 404 303 303 303 404
checking.submit                      POST nothing   in  404 404 404 404 404 404 404
claims.ask                           GET  published 200 200 200 200 200 200 200 200
claims.ask                           GET  draft     404 404 404 404 404 404 404 404
claims.ask                           GET  hidden    404 404 404 404 404 404 404 404
claims.ask                           GET  archived  404 404 404 404 404 404 404 404
claims.ask                           GET  merged    404 404 404 404 404 404 404 404
claims.ask                           GET  nothing   404 404 404 404 404 404 404 404
claims.claim                         GET  published 200 200 200 200 200 200 200 200
claims.claim                         GET  draft     404 404 404 404 404 404 404 404
claims.claim                         GET  hidden    404 404 404 404 404 404 404 404
claims.claim                         GET  archived  404 404 404 404 404 404 404 404
claims.claim                         GET  merged    404 404 404 404 404 404 404 404
claims.claim                         GET  nothing   404 404 404 404 404 404 404 404
claims.make_claim                    POST published in  422 422 422 403 403 422 422
claims.make_claim                    POST draft     404 404 404 404 404 404 404 404
claims.make_claim                    POST hidden    404 404 404 404 404 404 404 404
claims.make_claim                    POST archived  404 404 404 404 404 404 404 404
claims.make_claim                    POST merged    404 404 404 404 404 404 404 404
claims.make_claim                    POST nothing   404 404 404 404 404 404 404 404
claims.make_request                  POST published 422 422 422 422 422 422 422 422
claims.make_request                  POST draft     404 404 404 404 404 404 404 404
claims.make_request                  POST hidden    404 404 404 404 404 404 404 404
claims.make_request                  POST archived  404 404 404 404 404 404 404 404
claims.make_request                  POST merged    404 404 404 404 404 404 404 404
claims.make_request                  POST nothing   404 404 404 404 404 404 404 404
claims.sent                          GET  -         404 404 404 404 404 404 404 404
desk.answers                         POST open      in  404 404 404 404 404 302 403
desk.answers                         POST waiting   in  404 404 404 404 404 302 403
desk.answers                         POST decided   in  404 404 404 404 404 409 403
desk.answers                         POST report    in  404 404 404 404 404 302 403
desk.answers                         POST nothing   in  404 404 404 404 404 404 404
desk.assign                          POST open      in  404 404 404 404 404 302 302
desk.assign                          POST waiting   in  404 404 404 404 404 302 302
desk.assign                          POST decided   in  404 404 404 404 404 409 409
desk.assign                          POST report    in  404 404 404 404 404 302 302
desk.assign                          POST nothing   in  404 404 404 404 404 404 404
desk.case                            GET  open      in  404 404 404 404 404 200 200
desk.case                            GET  waiting   in  404 404 404 404 404 200 200
desk.case                            GET  decided   in  404 404 404 404 404 200 200
desk.case                            GET  report    in  404 404 404 404 404 200 200
desk.case                            GET  nothing   in  404 404 404 404 404 404 404
desk.claim                           POST open      in  404 404 404 404 404 302 403
desk.claim                           POST waiting   in  404 404 404 404 404 302 403
desk.claim                           POST decided   in  404 404 404 404 404 409 403
desk.claim                           POST report    in  404 404 404 404 404 302 403
desk.claim                           POST nothing   in  404 404 404 404 404 404 404
desk.decision                        POST open      in  404 404 404 404 404 302 403
desk.decision                        POST waiting   in  404 404 404 404 404 409 403
desk.decision                        POST decided   in  404 404 404 404 404 409 403
desk.decision                        POST report    in  404 404 404 404 404 302 403
desk.decision                        POST nothing   in  404 404 404 404 404 404 404
desk.dismiss                         POST -         in  404 404 404 404 404 404 403
desk.duplicates                      GET  -         in  404 404 404 404 404 200 403
desk.keys                            POST -         in  404 404 404 404 404 302 302
desk.log                             GET  -         in  404 404 404 404 404 404 200
desk.merge                           GET  published in  404 404 404 404 404 200 403
desk.merge                           GET  nothing   in  404 404 404 404 404 404 403
desk.merge_pair                      POST published in  404 404 404 404 404 200 403
desk.merge_pair                      POST nothing   in  404 404 404 404 404 404 403
desk.merges                          GET  -         in  404 404 404 404 404 200 403
desk.notes                           POST open      in  404 404 404 404 404 302 403
desk.notes                           POST waiting   in  404 404 404 404 404 302 403
desk.notes                           POST decided   in  404 404 404 404 404 302 403
desk.notes                           POST report    in  404 404 404 404 404 302 403
desk.notes                           POST nothing   in  404 404 404 404 404 404 404
desk.queue                           GET  -         in  404 404 404 404 404 200 200
desk.release                         POST open      in  404 404 404 404 404 302 403
desk.release                         POST waiting   in  404 404 404 404 404 302 403
desk.release                         POST decided   in  404 404 404 404 404 409 403
desk.release                         POST report    in  404 404 404 404 404 302 403
desk.release                         POST nothing   in  404 404 404 404 404 404 404
desk.undo                            POST merged    in  404 404 404 404 404 302 403
desk.undo                            POST nothing   in  404 404 404 404 404 404 404
directory.profile                    GET  published 301 301 301 301 301 301 301 301
directory.profile                    GET  draft     404 404 404 404 404 404 404 404
directory.profile                    GET  hidden    404 404 404 404 404 404 404 404
directory.profile                    GET  archived  404 404 404 404 404 404 404 404
directory.profile                    GET  merged    302 302 302 302 302 302 302 302
directory.profile                    GET  nothing   404 404 404 404 404 404 404 404
directory.prose                      GET  -         200 200 200 200 200 200 200 200
directory.robots                     GET  -         200 200 200 200 200 200 200 200
directory.sitemap                    GET  -         200 200 200 200 200 200 200 200
directory.sitemap_part               GET  -         200 200 200 200 200 200 200 200
logos.edit                           GET  draft     in  404 404 404 200 200 200 404
logos.edit                           GET  submitted in  404 404 404 303 303 303 404
logos.edit                           GET  declined  in  404 404 404 303 303 303 404
logos.edit                           GET  nothing   in  404 404 404 404 404 404 404
logos.edit                           POST draft     in  404 404 404 422 422 422 404
logos.edit                           POST submitted in  404 404 404 303 303 303 404
logos.edit                           POST declined  in  404 404 404 303 303 303 404
logos.edit                           POST nothing   in  404 404 404 404 404 404 404
logos.picture                        GET  -         404 404 404 404 404 404 404 404
openness.figures                     GET  -         200 200 200 200 200 200 200 200
own.appeal                           POST open      in  404 404 404 403 403 404 404
own.appeal                           POST waiting   in  404 404 404 403 403 404 404
own.appeal                           POST decided   in  404 404 404 422 422 404 404
own.appeal                           POST report    in  404 404 404 404 404 404 404
own.appeal                           POST nothing   in  404 404 404 404 404 404 404
own.case                             GET  open      in  404 404 404 200 200 404 404
own.case                             GET  waiting   in  404 404 404 200 200 404 404
own.case                             GET  decided   in  404 404 404 200 200 404 404
own.case                             GET  report    in  404 404 404 404 404 404 404
own.case                             GET  nothing   in  404 404 404 404 404 404 404
own.organizations                    GET  -         in  200 200 200 200 200 200 200
own.reply                            POST open      in  404 404 404 422 422 404 404
own.reply                            POST waiting   in  404 404 404 422 422 404 404
own.reply                            POST decided   in  404 404 404 409 409 404 404
own.reply                            POST report    in  404 404 404 404 404 404 404
own.reply                            POST nothing   in  404 404 404 404 404 404 404
registration.begin                   POST -         in  422 422 422 422 422 422 422
registration.edit                    POST published in  404 404 404 303 303 303 404
registration.edit                    POST draft     in  404 404 404 303 303 303 404
registration.edit                    POST hidden    in  404 404 404 303 303 303 404
registration.edit                    POST archived  in  404 404 404 303 303 303 404
registration.edit                    POST merged    in  404 404 404 404 404 303 404
registration.edit                    POST nothing   in  404 404 404 404 404 404 404
registration.overview                GET  draft     in  404 404 404 200 200 200 404
registration.overview                GET  submitted in  404 404 404 200 200 200 404
registration.overview                GET  declined  in  404 404 404 200 200 200 404
registration.overview                GET  nothing   in  404 404 404 404 404 404 404
registration.start                   GET  -         in  200 200 200 200 200 200 200
registration.task                    GET  draft     in  404 404 404 200 200 200 404
registration.task                    GET  submitted in  404 404 404 303 303 303 404
registration.task                    GET  declined  in  404 404 404 303 303 303 404
registration.task                    GET  nothing   in  404 404 404 404 404 404 404
registration.task                    POST draft     in  404 404 404 422 422 422 404
registration.task                    POST submitted in  404 404 404 303 303 303 404
registration.task                    POST declined  in  404 404 404 303 303 303 404
registration.task                    POST nothing   in  404 404 404 404 404 404 404
registration.withdraw                POST draft     in  404 404 404 303 303 303 404
registration.withdraw                POST submitted in  404 404 404 303 303 303 404
registration.withdraw                POST declined  in  404 404 404 403 403 403 404
registration.withdraw                POST nothing   in  404 404 404 404 404 404 404
search.browse                        GET  -         200 200 200 200 200 200 200 200
search.export                        GET  -         200 200 200 200 200 200 200 200
search.feed                          GET  -         200 200 200 200 200 200 200 200
search.home                          GET  -         200 200 200 200 200 200 200 200
search.opensearch                    GET  -         200 200 200 200 200 200 200 200
search.results                       GET  -         200 200 200 200 200 200 200 200
search.root                          GET  -         302 302 302 302 302 302 302 302
search.suggestions                   GET  -         200 200 200 200 200 200 200 200
security.change_email                GET  -         in  200 200 200 200 200 200 200
security.change_email                POST -         in  422 422 422 422 422 422 422
security.change_email_confirm        GET  -         302 302 302 302 302 302 302 302
security.change_password             GET  -         in  200 200 200 200 200 200 200
security.change_password             POST -         in  422 422 422 422 422 422 422
security.confirm_email               GET  -         302 302 302 302 302 302 302 302
security.confirm_email               POST -         302 302 302 302 302 302 302 302
security.forgot_password             GET  -         200 200 200 200 200 200 200 200
security.forgot_password             POST -         200 200 200 200 200 200 200 200
security.login                       GET  -         200 302 302 302 302 302 302 302
security.login                       POST -         422 302 302 302 302 302 302 302
security.logout                      POST -         302 302 302 302 302 302 302 302
security.mf_recovery                 GET  -         in  302 302 302 302 302 302 302
security.mf_recovery                 POST -         in  302 302 302 302 302 302 302
security.mf_recovery_codes           GET  -         in  200 200 200 200 200 200 200
security.mf_recovery_codes           POST -         in  200 200 200 200 200 200 200
security.register                    GET  -         200 302 302 302 302 302 302 302
security.register                    POST -         422 302 302 302 302 302 302 302
security.reset_password              GET  -         302 302 302 302 302 302 302 302
security.reset_password              POST -         302 302 302 302 302 302 302 302
security.send_confirmation           GET  -         200 200 200 200 200 200 200 200
security.send_confirmation           POST -         200 200 200 200 200 200 200 200
security.tf_select                   GET  -         in  in  in  in  in  in  in  in
security.tf_select                   POST -         in  in  in  in  in  in  in  in
security.two_factor_rescue           GET  -         404 404 404 404 404 404 404 404
security.two_factor_rescue           POST -         404 404 404 404 404 404 404 404
security.two_factor_setup            GET  -         in  200 200 200 200 200 200 200
security.two_factor_setup            POST -         in  422 422 422 422 422 422 422
security.two_factor_setup_validate   POST -         in  302 302 302 302 302 302 302
security.two_factor_token_validation GET  -         in  in  in  in  in  in  in  in
security.two_factor_token_validation POST -         in  in  in  in  in  in  in  in
security.verify                      GET  -         in  200 200 200 200 200 200 200
security.verify                      POST -         in  422 422 422 422 422 422 422
security.wan_delete                  GET  -         in  302 302 302 302 302 302 302
security.wan_delete                  POST -         in  302 302 302 302 302 302 302
security.wan_register                GET  -         in  200 200 200 200 200 200 200
security.wan_register                POST -         in  422 422 422 422 422 422 422
security.wan_register_response       POST -         in  302 302 302 302 302 302 302
security.wan_signin                  GET  -         200 302 302 302 302 302 302 302
security.wan_signin                  POST -         200 302 302 302 302 302 302 302
security.wan_signin_response         POST -         302 302 302 302 302 302 302 302
security.wan_verify                  GET  -         in  200 200 200 200 200 200 200
security.wan_verify                  POST -         in  200 200 200 200 200 200 200
security.wan_verify_response         POST -         in  302 302 302 302 302 302 302
static                               GET  -         200 200 200 200 200 200 200 200
"""  # endpoint, method, state, then what each of ROLES is answered


@dataclass
class World:
    """A hub with something in every state, and somebody of every kind."""

    app: Flask
    file: Path
    saved: Path
    cookies: dict[str, str | None] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)
    ids: dict[str, dict[str, Any]] = field(default_factory=dict)
    forms: dict[str, str] = field(default_factory=dict)

    def save(self) -> None:
        """Keep the database as it is now."""
        db.session.rollback()
        with closing(sqlite3.connect(self.file)) as here, closing(sqlite3.connect(self.saved)) as there:
            here.backup(there)

    def restore(self) -> None:
        """Put the database back to what was kept."""
        db.session.rollback()
        with closing(sqlite3.connect(self.saved)) as there, closing(sqlite3.connect(self.file)) as here:
            there.backup(here)

    def ask(self, rule: Rule, method: str, state: str, role: str) -> str:
        """What ``role`` is answered: a status, or ``in``."""
        client = OutsideClient(self.app, self.app.response_class, use_cookies=True)
        if (cookie := self.cookies[role]) is not None:
            client.set_cookie("hub", cookie)
        values = {name: self.value(rule, name, state) for name in rule.arguments}
        with self.app.test_request_context():
            path = self.app.url_map.bind("localhost").build(rule.endpoint, {**values, "lang": "en"}, method)
        form = {name: self.forms.get(text, text) for name, text in FORMS.get(rule.endpoint, {}).items()}
        data = {"csrf_token": self.tokens[role], **form} if method == "POST" else None
        response = client.open(path, method=method, data=data)
        response.get_data()
        response.close()
        if method == "POST" and response.status_code < 400:
            self.restore()
        is_sent = response.status_code == 302 and "/account/sign-in" in (response.location or "")
        return "in" if is_sent and rule.endpoint != "security.logout" else str(response.status_code)

    def value(self, rule: Rule, name: str, state: str) -> Any:
        """What stands in an address for one of its arguments."""
        if name in self.ids:
            return self.ids[name][state]
        choices = re.search(rf"<any\(([^)]*)\):{name}>", rule.rule)
        return choices[1].split(",")[0] if choices else self.ids["else"].get(name, "nonsense")


@pytest.fixture(scope="module")
def world(
    pattern: tuple[Path, str], tmp_path_factory: pytest.TempPathFactory, database: str
) -> Iterator[World]:
    if database != "sqlite":
        pytest.skip(
            "THE ACCESS MATRIX is tried on SQLite: what it asks of the database is tested on both elsewhere"
        )
    folder = tmp_path_factory.mktemp("access")
    floor, security.FLOOR = security.FLOOR, 0.001  # answers that take alike long would take minutes here
    with hub_in(folder, pattern) as app:
        made = World(app, folder / "var" / "hub.sqlite3", folder / "saved.sqlite3")
        _fill(made)
        made.save()
        yield made
    security.FLOOR = floor


def _fill(world: World) -> None:
    organizations = {
        state: _add(f"{state.title()} House", status)
        for state, status in (
            ("published", Status.PUBLISHED), ("hidden", Status.HIDDEN), ("archived", Status.ARCHIVED),
            ("merged", Status.PUBLISHED), ("kept", Status.PUBLISHED), ("elsewhere", Status.PUBLISHED),
            ("twin", Status.PUBLISHED),
        )
    }  # fmt: skip
    persons = _persons(world, organizations)
    focal, curator = persons["focal"], persons["curator"]
    draft = _register(focal, "Draft House")
    submitted, case_open = _hand_in(focal, "Submitted House")
    returned, case_waiting = _hand_in(focal, "Returned House")
    declined, case_decided = _hand_in(focal, "Declined House")
    _decide(case_waiting, Decision.ASK_FOR_CHANGES)
    _decide(case_decided, Decision.DECLINE)
    with transaction() as session:
        merged, kept = (session.get_one(Organization, organizations[one]) for one in ("merged", "kept"))
        merge_id = merging.merge(session, curator, kept, merged).id
        session.flush()
        report = claims.request(
            session,
            ANYONE,
            session.get_one(Organization, organizations["published"]),
            CaseKind.REPORT,
            "Wrong.",
            "en",
        )
        report_id = report.id
        editor = persons["editor"].id
        for revision in (draft, submitted, returned, declined):
            memberships.join(
                session,
                OPERATOR,
                editor or 0,
                session.get_one(Revision, revision).organization_id,
                Part.EDITOR,
            )
        draft_house = session.get_one(Revision, draft).organization_id
    houses = {**organizations, "draft": draft_house, "nothing": "0000000000"}
    world.ids = {
        "slug": houses, "id": houses, "organization_id": houses, "first": houses,
        "case_id": {"open": case_open, "waiting": case_waiting, "decided": case_decided, "report": report_id, "nothing": 999},
        "revision_id": {"draft": draft, "submitted": submitted, "declined": declined, "nothing": 999},
        "merge_id": {"merged": merge_id, "nothing": 999},
        "else": {
            "second": organizations["twin"], "user_id": persons["editor"].id, "invitation_id": 999, "part": 1,
            "name": "theme", "filename": "icons/mark.svg",
        },
    }  # fmt: skip
    world.forms = {"CURATOR": str(curator.id), "PUBLISHED": houses["published"], "TWIN": houses["twin"]}


def _add(name: str, status: Status) -> str:
    with transaction() as session:
        made = profiles.create(
            session, OPERATOR, {"name": name, "country": "KE", "is_claimable": True}, status=status
        )
        session.flush()
        return made.id


def _persons(world: World, organizations: dict[str, str]) -> dict[str, Actor]:
    persons = {
        "member": sign_in(world.app),
        "other": sign_in(world.app, organization=organizations["elsewhere"]),
        "guest": sign_in(world.app, role="guest"),
        "editor": sign_in(world.app, organization=organizations["published"], part="editor"),
        "focal": sign_in(world.app, organization=organizations["published"]),
        "curator": sign_in(world.app, role="curator"),
        "admin": sign_in(world.app, role="administrator"),
    }
    nobody = Person(world.app, world.app.response_class, use_cookies=True)
    for role, client in {**persons, "anonymous": nobody}.items():
        world.tokens[role] = client.csrf_token
        cookie = client.get_cookie("hub")
        world.cookies[role] = cookie.value if cookie else None
    with transaction() as session:
        for state in ("hidden", "archived", "merged"):
            for role, part in (("focal", Part.FOCAL_POINT), ("editor", Part.EDITOR)):
                memberships.join(session, OPERATOR, persons[role].user_id, organizations[state], part)
    return {role: client.actor for role, client in persons.items()}


def _register(actor: Actor, name: str) -> int:
    values = {
        "kind": "civil_society",
        "country": "KE",
        "themes": ["corruption"],
        "texts": {"en": {"short": "Work."}},
    }
    with transaction() as session:
        revision = registration.start(session, actor, name, "en")
        revisions.save(session, _within(actor, revision), revision, values)
        return revision.id


def _hand_in(actor: Actor, name: str) -> tuple[int, int]:
    revision_id = _register(actor, name)
    with transaction() as session:
        revision = session.get_one(Revision, revision_id)
        case = registration.submit(session, _within(actor, revision), revision, registration.TERMS_VERSION)
        return revision_id, case.id


def _within(actor: Actor, revision: Revision) -> Actor:
    return replace(actor, organizations={revision.organization_id: "focal_point"})


def _decide(case_id: int, decision: Decision) -> None:
    decider = Actor("user:9999", frozenset({"curator"}), 9999)
    with transaction() as session:
        case = session.get_one(Case, case_id)
        case.opened_at = now() - timedelta(days=1)
        moderation.decide(session, decider, case, decision, template="incomplete")


def cells(app: Flask) -> Iterator[tuple[Rule, str, str]]:
    """Every route with its method and the states of what it is about."""
    for rule in sorted(app.url_map.iter_rules(), key=lambda one: (one.endpoint, one.rule)):
        about = next((name for name in STATES if name in rule.arguments), None)
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            for state in STATES[about] if about else ("-",):
                yield rule, method, state


def table() -> dict[tuple[str, str, str], dict[str, str]]:
    """The expected answers, by endpoint, method and state."""
    found = {}
    for line in EXPECTED.strip().splitlines():
        endpoint, method, state, *answers = line.split()
        assert len(answers) == len(ROLES), line
        found[endpoint, method, state] = dict(zip(ROLES, answers, strict=True))
    return found


def test_every_route_stands_in_the_table_and_nothing_else(world: World) -> None:
    there = {(rule.endpoint, method, state) for rule, method, state in cells(world.app)}
    assert there - table().keys() == set(), "routes that the table forgot"
    assert table().keys() - there == set(), "routes that are gone"


def test_everybody_is_answered_as_the_table_says(world: World) -> None:
    expected = table()
    wrong = []
    for rule, method, state in cells(world.app):
        for role in ROLES:
            answer = world.ask(rule, method, state, role)
            if answer != expected.get((rule.endpoint, method, state), {}).get(role):
                wrong.append(f"{method} {rule.endpoint} ({state}) as {role}: {answer}")
    assert wrong == []


def test_no_form_is_taken_without_its_token(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(world, "tokens", dict.fromkeys(world.tokens, "nonsense"))
    taken = [
        (rule.endpoint, state, role)
        for rule, method, state in cells(world.app)
        if method == "POST"
        for role in ("anonymous", "focal", "curator")
        if world.ask(rule, method, state, role) not in ("400", "404")
    ]
    assert taken == []
