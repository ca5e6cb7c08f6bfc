"""Making an account, signing in and out, and what a sign-in is worth."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from hub.accounts import users
from hub.accounts.models import AccountEntry, SignIn, User
from hub.database import db, now, transaction
from hub.mail import Mail
from tests.accounts.conftest import PASSWORD, link_in, path
from tests.people import Person, Visitor

Visitors = Callable[[], Visitor]
SIGN_IN = path("sign-in")
HOME = path("")


def enter(visitor: Visitor, email: str = "ana@example.org", password: str = PASSWORD) -> Visitor:
    answer = visitor.fill(SIGN_IN, email=email, password=password)
    assert answer.status_code == 302, answer.text
    return visitor


def rows() -> list[SignIn]:
    db.session.rollback()
    return list(db.session.scalars(sa.select(SignIn)))


def test_an_account_is_made_confirmed_and_used(visitor: Visitors, mails: Callable[[], list[Mail]]) -> None:
    someone = visitor()
    answer = someone.fill(path("register", "es"), email="Ana@Example.org", password=PASSWORD)
    assert answer.status_code == 302
    assert "ana@example.org" in someone.page.get(answer.location).text
    refused = someone.fill(SIGN_IN, email="ana@example.org", password=PASSWORD)
    assert refused.status_code == 422
    (mail,) = mails()
    assert (mail.recipient, mail.language) == ("ana@example.org", "es")
    someone.page.get(link_in(mail))
    still = someone.fill(SIGN_IN, email="ana@example.org", password=PASSWORD)
    assert still.status_code == 422, "a program that only looks through mail has confirmed the address"
    assert someone.fill(link_in(mail)).status_code == 302
    assert someone.fill(link_in(mail)).status_code == 302
    enter(someone)
    home = someone.page.get(HOME)
    assert "ana@example.org" in home.text
    assert home.response.headers["Cache-Control"] == "private, no-store"
    made = db.session.scalars(sa.select(User)).one()
    assert (made.language, [role.name for role in made.roles]) == ("es", [])
    assert made.password is not None
    assert made.password.startswith("$argon2")


def test_every_wrong_sign_in_gets_the_same_page(visitor: Visitors, user: User) -> None:
    someone = visitor()
    known = someone.fill(SIGN_IN, email="ana@example.org", password="not the password at all")
    unknown = someone.fill(SIGN_IN, email="bea@example.org", password="not the password at all")
    assert known.status_code == unknown.status_code == 422
    page = someone.page.check(known, SIGN_IN, 422)
    assert page.root.find("head/title").text.startswith("Error:")  # type: ignore[union-attr]
    assert "not right" in page.text
    assert page.all("div", class_="error-summary")


def test_signing_out_ends_what_a_copied_cookie_is_worth(visitor: Visitors, user: User) -> None:
    someone, thief = enter(visitor()), visitor()
    cookie = someone.get_cookie("hub")
    assert cookie is not None
    thief.set_cookie("hub", cookie.value)
    assert thief.get(HOME).status_code == 200
    token = someone.page.get(HOME).all("input", name="csrf_token")[0].get("value")
    assert someone.post(path("sign-out"), data={"csrf_token": token}).status_code == 302
    assert thief.get(HOME).status_code == 302
    assert rows() == []
    with someone.session_transaction() as held:
        assert not {"sign_in", "_user_id", "csrf_token"} & held.keys()


def test_a_sign_in_takes_nothing_over_from_the_visit_before_it(visitor: Visitors, user: User) -> None:
    someone = visitor()
    someone.page.get(SIGN_IN)
    with someone.session_transaction() as held:
        held["planted"] = "by somebody else"
        before = held["csrf_token"]
    enter(someone)
    with someone.session_transaction() as held:
        assert "planted" not in held
        assert held.get("csrf_token") != before


def test_a_second_sign_in_gets_a_token_of_its_own(visitor: Visitors, user: User) -> None:
    enter(visitor())
    enter(visitor())
    assert len({one.digest for one in rows()}) == 2


@pytest.mark.parametrize("change", [{"seen_at": timedelta(hours=3)}, {"ends_at": timedelta(seconds=1)}])
def test_a_sign_in_ends_by_itself(visitor: Visitors, user: User, change: dict[str, timedelta]) -> None:
    someone = enter(visitor())
    with transaction() as session:
        session.execute(sa.update(SignIn).values({key: now() - ago for key, ago in change.items()}))
    answer = someone.get(HOME)
    assert answer.status_code == 302
    assert "/account/sign-in" in answer.location


def test_a_closed_account_is_signed_in_nowhere(visitor: Visitors, user: User) -> None:
    someone = enter(visitor())
    with transaction() as session:
        session.execute(sa.update(User).values(active=False))
    assert someone.get(HOME).status_code == 302
    assert visitor().fill(SIGN_IN, email="ana@example.org", password=PASSWORD).status_code == 422


def test_sign_ins_are_listed_and_ended_one_by_one_or_all_but_this(visitor: Visitors, user: User) -> None:
    mine, second, third = (enter(visitor()) for _ in range(3))
    first_of_others = sorted(one.id for one in rows())[1]
    act = path("sign-ins/end")
    assert mine.fill(HOME, act, **{"sign-in": str(first_of_others)}).status_code == 303
    assert (second.get(HOME).status_code, third.get(HOME).status_code) == (302, 200)
    token = mine.page.get(HOME).all("input", name="csrf_token")[0].get("value")
    mine.post(act, data={"csrf_token": token})
    assert third.get(HOME).status_code == 302
    assert mine.get(HOME).status_code == 200


def test_another_persons_sign_in_cannot_be_ended(
    visitor: Visitors, user: User, signed_in: Callable[..., Person]
) -> None:
    mine = enter(visitor())
    stranger = signed_in()
    stranger.submit(path("sign-ins/end"), **{"sign-in": str(rows()[0].id)})
    assert mine.get(HOME).status_code == 200


def test_a_new_password_ends_all_other_sign_ins_and_is_told_by_mail(
    visitor: Visitors, user: User, mails: Callable[[], list[Mail]]
) -> None:
    mine, other = enter(visitor()), enter(visitor())
    fresh = "four herons mend umbrellas"
    answer = mine.fill(path("password"), password=PASSWORD, new_password=fresh)
    assert answer.status_code == 302, answer.text
    assert mine.get(HOME).status_code == 200
    assert other.get(HOME).status_code == 302
    assert [mail.subject for mail in mails()] == ["Your password was changed"]
    enter(visitor(), password=fresh)


def test_a_forgotten_password_is_set_anew_by_mail_once(
    visitor: Visitors, user: User, mails: Callable[[], list[Mail]]
) -> None:
    signed, someone = enter(visitor()), visitor()
    assert someone.fill(path("reset"), email="ANA@example.org").status_code == 200
    link = link_in(mails()[0])
    fresh = "four herons mend umbrellas"
    weak = someone.fill(link, password="password1234")
    someone.page.check(weak, link, 422)
    assert someone.fill(link, password=fresh).status_code == 302
    assert signed.get(HOME).status_code == 302
    assert someone.get(link).status_code == 302
    enter(someone, password=fresh)


def test_an_address_is_changed_when_mail_to_the_new_one_is_answered(
    visitor: Visitors, user: User, mails: Callable[[], list[Mail]]
) -> None:
    someone = enter(visitor())
    assert someone.fill(path("address"), email="new@example.org").status_code == 200
    (mail,) = mails()
    assert mail.recipient == "new@example.org"
    visitor().page.get(link_in(mail))
    assert "new@example.org" not in someone.page.get(HOME).text
    assert visitor().fill(link_in(mail)).status_code == 302
    assert "new@example.org" in someone.page.get(HOME).text
    assert {one.recipient for one in mails()} == {"new@example.org", "ana@example.org"}
    actions = db.session.scalars(sa.select(AccountEntry.action).order_by(AccountEntry.id)).all()
    assert "account:change-address" in actions


def test_what_the_log_holds_is_never_altered(app: Flask, user: User) -> None:
    for act in ("UPDATE account_entry SET actor = 'nobody'", "DELETE FROM account_entry"):
        with pytest.raises(sa.exc.DBAPIError), transaction() as session:
            session.execute(sa.text(act))


def test_visitors_without_a_cookie_cost_no_statement(app: Flask, statements: Callable[..., object]) -> None:
    client = Visitor(app, app.response_class, use_cookies=True)
    client.get("/en/privacy")
    with statements() as counted:  # type: ignore[attr-defined]
        answer = client.get("/en/privacy")
    assert "Set-Cookie" not in answer.headers
    assert counted.count == 0


def test_a_page_of_a_person_is_kept_nowhere_and_not_shown_to_others(
    app: Flask, signed_in: Callable[..., Person]
) -> None:
    person = signed_in()
    answer = person.get("/en/")
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert "ETag" not in answer.headers
    assert "Sign out" in answer.text
    other = Visitor(app, app.response_class, use_cookies=True).get("/en/")
    assert "Sign out" not in other.text
    assert "Cookie" in other.headers["Vary"]
    assert users.by_email(db.session, person.email).id == person.user_id
