"""Who belongs to an organization: inviting, accepting, changing, handing over, leaving; never nobody."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask import Flask

from hub.accounts import memberships
from hub.accounts.models import AccountEntry, Invitation, Membership, Part
from hub.database import db, now, transaction
from hub.directory.models import Organization
from hub.errors import Conflict, Forbidden, NotFound
from hub.mail import Mail
from tests.accounts.conftest import PASSWORD, link_in, path
from tests.people import Person, Visitor

SignedIn = Callable[..., Person]
Mails = Callable[[], list[Mail]]


@pytest.fixture
def organization(add: Callable[..., Organization]) -> str:
    return add("Refugio del Sur", indexed=False).id


def place(organization: str, rest: str = "") -> str:
    return path(f"organizations/{organization}/members{rest}")


def parts(organization: str) -> dict[int, Part]:
    db.session.rollback()
    return {one.user_id: one.role for one in memberships.members(db.session, organization)}


def test_somebody_without_an_account_is_invited_and_comes(
    organization: str, signed_in: SignedIn, visitor: Callable[[], Visitor], mails: Mails
) -> None:
    focal = signed_in(organization=organization)
    members = place(organization)
    assert focal.submit(members, email="Bea@Example.org", role="editor").status_code == 303
    (mail,) = mails()
    assert mail.recipient == "bea@example.org"
    assert "Refugio del Sur" in mail.text
    guest = visitor()
    assert "/account/sign-in" in guest.get(link_in(mail)).location
    guest.fill(path("register"), email="bea@example.org", password=PASSWORD)
    guest.fill(link_in(mails()[1]))
    page = guest.page.get(path("sign-in") + f"?next={link_in(mail)}")
    token = page.all("input", name="csrf_token")[0].get("value")
    back = guest.post(
        path("sign-in"),
        data={"csrf_token": token, "email": "bea@example.org", "password": PASSWORD, "next": link_in(mail)},
    )
    assert back.location == link_in(mail)
    answer = guest.fill(link_in(mail), None)
    assert answer.status_code == 303, answer.text
    assert sorted(parts(organization).values()) == ["editor", "focal_point"]
    assert guest.get(link_in(mail)).status_code == 404
    assert "Refugio del Sur" in guest.page.get(path("")).text


def test_an_invitation_is_for_its_address_alone_and_ends(
    organization: str, signed_in: SignedIn, mails: Mails
) -> None:
    focal, thief = signed_in(organization=organization), signed_in()
    reader = signed_in(email="bea@example.org")
    focal.submit(place(organization), email="bea@example.org", role="reader")
    link = link_in(mails()[0])
    assert thief.get(link).status_code == 404
    assert thief.submit(link).status_code == 404
    with transaction() as session:
        session.execute(sa.update(Invitation).values(expires_at=now()))
    assert reader.submit(link).status_code == 404
    assert thief.user_id not in parts(organization)


def test_inviting_answers_alike_for_known_and_unknown_addresses(
    organization: str, signed_in: SignedIn
) -> None:
    focal, known = signed_in(organization=organization), signed_in(email="known@example.org")
    answers = [
        focal.submit(place(organization), email=email, role="editor")
        for email in (known.email, "other@example.org")
    ]
    assert answers[0].status_code == answers[1].status_code == 303
    assert answers[0].location == answers[1].location


def test_the_last_focal_point_stays(organization: str, signed_in: SignedIn) -> None:
    focal, editor = signed_in(organization=organization), signed_in(organization=organization, part="editor")
    mine = place(organization, f"/{focal.user_id}")
    for data in ({"act": "remove"}, {"act": "change", "role": "reader"}):
        answer = focal.submit(mine, **data)
        focal.page.check(answer, mine, 422)
    assert parts(organization)[focal.user_id] is Part.FOCAL_POINT
    assert focal.submit(place(organization, f"/{editor.user_id}"), act="hand-over").status_code == 303
    assert parts(organization) == {focal.user_id: Part.EDITOR, editor.user_id: Part.FOCAL_POINT}
    assert focal.submit(mine, act="remove").status_code == 303
    assert parts(organization) == {editor.user_id: Part.FOCAL_POINT}


@pytest.mark.parametrize("part", ["editor", "reader", None])
def test_only_a_focal_point_changes_who_belongs(
    organization: str, signed_in: SignedIn, part: str | None
) -> None:
    focal = signed_in(organization=organization)
    other = signed_in(organization=organization, part=part) if part else signed_in()
    before = parts(organization)
    target = place(organization, f"/{focal.user_id}")
    assert other.submit(place(organization), email="x@example.org", role="focal_point").status_code == 403
    assert other.submit(target, act="remove").status_code == 403
    mine = place(organization, f"/{other.user_id}")
    assert other.submit(mine, act="change", role="focal_point").status_code == 403
    assert other.get(place(organization)).status_code == (200 if part else 404)
    assert parts(organization) == before


def test_a_focal_point_has_no_say_elsewhere(
    organization: str, add: Callable[..., Organization], signed_in: SignedIn
) -> None:
    elsewhere = add("Casa Norte", indexed=False).id
    stranger, focal = signed_in(organization=elsewhere), signed_in(organization=organization)
    with pytest.raises(Forbidden), transaction() as session:
        memberships.remove(session, stranger.actor, organization, focal.user_id)
    with pytest.raises(NotFound), transaction() as session:
        memberships.change(session, focal.actor, organization, stranger.user_id, Part.READER)


def test_members_are_shown_with_forms_for_those_who_may(organization: str, signed_in: SignedIn) -> None:
    focal, reader = signed_in(organization=organization), signed_in(organization=organization, part="reader")
    page = focal.page.get(place(organization))
    assert "two focal points" in page.text
    assert reader.email in page.text
    assert "Invite somebody" not in reader.page.get(place(organization)).text
    for language in ("ar", "zh"):
        focal.page.get(place(organization).replace("/en/", f"/{language}/"))


def test_each_change_is_in_the_log(app: Flask, organization: str, signed_in: SignedIn) -> None:
    focal, editor = signed_in(organization=organization), signed_in(organization=organization, part="editor")
    with transaction() as session:
        memberships.change(session, focal.actor, organization, editor.user_id, Part.READER)
    entry = db.session.scalars(sa.select(AccountEntry).order_by(AccountEntry.id.desc())).first()
    assert entry is not None
    assert (entry.actor, entry.subject, entry.organization_id) == (
        f"user:{focal.user_id}",
        f"user:{editor.user_id}",
        organization,
    )
    assert (entry.before, entry.after) == ({"role": "editor"}, {"role": "reader"})


def test_two_focal_points_cannot_both_leave(organization: str, signed_in: SignedIn) -> None:
    first, second = signed_in(organization=organization), signed_in(organization=organization)
    with transaction() as session:
        memberships.remove(session, first.actor, organization, first.user_id)
    with pytest.raises(Conflict), transaction() as session:
        memberships.remove(session, second.actor, organization, second.user_id)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Membership)) == 1
