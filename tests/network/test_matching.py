"""Suggested partners: who is suggested, why, and what may never show through."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

from hub.database import db, transaction
from hub.directory import profiles, vocabularies
from hub.directory import queries as directory
from hub.directory.models import Organization
from hub.directory.states import Audience, Safety, Status
from hub.errors import Forbidden
from hub.network.connections.models import Block, Connection, pair
from hub.network.matching import dismissals, keys, queries
from hub.network.matching.models import PartnerKey
from hub.network.matching.queries import rank
from hub.network.matching.ranking import Reason
from hub.network.networks import memberships
from hub.network.networks.models import Member, Network
from hub.network.networks.states import Listing, Standing
from hub.permissions import OPERATOR
from tests.conftest import Statements
from tests.people import Person

Add = Callable[..., str]
SignedIn = Callable[..., Person]
SEEKS_AID: dict[str, Any] = {"seeks": [{"service": "legal-aid", "is_direct": True}]}
OFFERS_AID: dict[str, Any] = {"offers": [{"service": "legal-aid", "is_direct": True}]}


@pytest.fixture(name="add")
def _add(add: Callable[..., Organization]) -> Add:
    """Add a published profile, in no index; gives its id."""
    return lambda name, **values: add(name, **values).id


def found(public_id: str, audience: Audience = Audience.MEMBERS) -> dict[str, list[Reason]]:
    db.session.rollback()
    organization = db.session.get_one(Organization, public_id)
    left_out = queries.excluded(db.session, public_id)
    return {other: list(why) for other, _score, why in rank(db.session, organization, audience, left_out)}


def revise(public_id: str, **values: Any) -> None:
    with transaction() as session:
        profiles.revise(session, OPERATOR, session.get_one(Organization, public_id), values)


def test_what_one_seeks_and_the_other_offers_is_a_reason_for_both(add: Add, signed_in: SignedIn) -> None:
    ours = add(
        "Casa Sur", country="PA", kind="civil_society", languages=["es"], themes=["forced-labour"],
        seeks=[{"service": "job-placement", "is_direct": True}],
    )  # fmt: skip
    theirs = add(
        "Talleres S.A.", country="PA", kind="private_sector", languages=["es"],
        themes=["trafficking-in-persons"], offers=[{"service": "job-placement", "is_direct": True}],
    )  # fmt: skip
    add("Elsewhere", country="FI", languages=["fi"], themes=["counterfeiting"])
    assert [(one.group, one.theirs) for one in found(ours)[theirs]] == [
        ("offers", "job-placement"), ("country", "PA"), ("theme", "trafficking-in-persons"), ("language", "es"),
    ]  # fmt: skip
    assert ("seeks", "job-placement") in [(one.group, one.theirs) for one in found(theirs)[ours]]
    assert len(found(ours)) == 1

    shown = signed_in(organization=ours).page.get(f"/en/my-organizations/{ours}/partners")
    assert "Talleres S.A." in shown.text
    assert "They offer what you seek: Job placement" in shown.text
    assert "You are both active in Panama" in shown.text
    assert "You share a language: Spanish" in shown.text
    assert "They work on Trafficking in persons, you on Forced labour" in shown.text
    assert f"/en/organizations/talleres-s-a-{theirs}#services" in shown.links()
    theirs_of = signed_in(organization=theirs).page.get(f"/ar/my-organizations/{theirs}/partners")
    assert "Casa Sur" in theirs_of.text


def test_a_route_that_both_name_is_a_reason_and_a_near_country_where_none_is_shared(add: Add) -> None:
    way = [{"country": "PH", "roles": ["origin"]}, {"country": "AE", "roles": ["destination"]}]
    ours = add("Ours", country="PH", themes=["forced-labour"], countries_of_work=way)
    same = add("Same", country="AE", countries_of_work=way)
    near = add("Near", country="MY", themes=["forced-labour"])
    reasons = found(ours)
    assert [one.theirs for one in reasons[same] if one.group == "route"] == ["PH>AE"]
    assert [(one.group, one.theirs, one.mine) for one in reasons[near]] == [
        ("theme", "forced-labour", "forced-labour"), ("region", "MY", "035"),
    ]  # fmt: skip


def test_a_network_that_both_joined_is_a_reason_where_the_reader_may_know_of_it(
    add: Add, signed_in: SignedIn
) -> None:
    ours, theirs, hiding, sheltered = (add(one) for one in ("Ours", "Theirs", "Hiding", "Sheltered"))
    revise(hiding, audiences={"joined": "own"})
    revise(sheltered, safety=Safety.PROTECTED)
    networks = {
        "africa": Listing.PUBLIC,
        "trafficking-in-persons": Listing.MEMBERS,
        "anti-corruption": Listing.NETWORK,
    }
    with transaction() as session:
        for key, listing in networks.items():
            session.get_one(Network, key).listing = listing
            session.add_all(
                Member(network_key=key, organization_id=one, standing=Standing.MEMBER)
                for one in (ours, theirs, hiding, sheltered)
            )
        session.flush()
        memberships.show(session, [ours, theirs, hiding, sheltered])
    assert {other: {(one.group, one.theirs) for one in why} for other, why in found(ours).items()} == {
        theirs: {("joined", "africa"), ("joined", "trafficking-in-persons")}
    }
    assert [one.theirs for one in found(ours, Audience.PUBLIC)[theirs]] == ["africa"]
    shown = signed_in(organization=ours).page.get(f"/en/my-organizations/{ours}/partners")
    assert "You are both in the network Africa" in shown.text
    assert "/en/networks/africa" in shown.links()
    with transaction() as session:
        session.get_one(Member, ("africa", theirs)).standing = Standing.LEFT
        session.flush()
        memberships.show(session, [theirs])
    assert [one.theirs for one in found(ours)[theirs]] == ["trafficking-in-persons"]


def test_what_few_hold_counts_more_and_who_does_one_thing_stands_before_who_does_all(add: Add) -> None:
    every = list(vocabularies.current().terms["theme"])
    ours = add("Ours", themes=["forced-begging", "gender"])
    rare = add("Rare", themes=["forced-begging"])
    common = [add(f"Common {n}", themes=["gender"]) for n in range(4)]
    broad = add("Broad", themes=[one for one in every if one != "gender"])
    order = list(found(ours))
    assert order.index(rare) < order.index(broad)
    assert all(order.index(rare) < order.index(one) for one in common)
    assert list(found(ours)) == order


def test_nobody_is_suggested_who_is_known_blocked_or_put_aside_and_that_can_be_undone(
    add: Add, signed_in: SignedIn
) -> None:
    ours = add("Ours", themes=["corruption"])
    others = [add(f"Other {n}", themes=["corruption"]) for n in range(4)]
    partner, blocked, blocker, aside = others
    with transaction() as session:
        session.add(Connection(**pair((ours, partner))))
        session.add(Block(blocker_id=ours, blocked_id=blocked))
        session.add(Block(blocker_id=blocker, blocked_id=ours))
    assert set(found(ours)) == {blocker, aside}
    assert ours not in found(blocker)
    assert ours in found(blocked)  # to be missing there would tell that it was blocked
    with transaction() as session:
        session.execute(sa.delete(Block).where(Block.blocker_id == blocker))
        session.add(Block(blocker_id=ours, blocked_id=blocker))

    editor = signed_in(organization=ours, part="editor")
    reader = signed_in(organization=ours, part="reader")
    here = f"/en/my-organizations/{ours}/partners"
    assert reader.submit(f"{here}/dismiss", other=aside).status_code == 403
    for _ in range(2):
        said = editor.submit(f"{here}/dismiss", other=aside)
        assert said.status_code == 303
    after = editor.page.get(said.headers["Location"])
    assert "Other 3 will not be suggested again." in after.text
    assert "Nobody fits yet" in after.text
    assert "Other 3" in editor.page.get(f"{here}/dismissed").text
    assert found(ours) == {}
    assert ours in found(others[3])
    assert editor.submit(f"{here}/restore", other=aside).status_code == 303
    assert set(found(ours)) == {aside}
    assert "None." in reader.page.get(f"{here}/dismissed").text
    assert editor.submit(f"{here}/dismiss", other="0000000000").status_code == 404


def test_a_profile_that_hides_a_field_is_ranked_found_and_counted_as_if_it_were_empty(add: Add) -> None:
    values: dict[str, Any] = {"country": "KE", "themes": ["corruption"], "languages": ["sw"], **OFFERS_AID}
    ours = add("Ours", country="KE", themes=["gender"], languages=["sw"], **SEEKS_AID)
    hidden = add("Hidden", safety=Safety.PROTECTED, **values)
    careful = add("Careful", safety=Safety.CAREFUL, **values)
    assert set(found(ours)) == {careful}
    assert found(ours, Audience.PUBLIC) == {}
    before = {one.weight for one in found(ours)[careful]}
    revise(hidden, languages=[], offers=[])
    assert {one.weight for one in found(ours)[careful]} == before, (
        "what is hidden changed what others are worth"
    )
    revise(careful, audiences={"offers": "partners"})
    assert found(ours) == {}
    with transaction() as session:
        profiles.move(session, OPERATOR, session.get_one(Organization, careful), "hide")
    kept = db.session.scalars(sa.select(PartnerKey).where(PartnerKey.organization_id == careful)).all()
    assert kept == []


MIRROR = {"offers": "seeks", "seeks": "offers"}
THEMES = ["forced-labour", "trafficking-in-persons", "corruption", "gender", "child-trafficking"]
SERVICES = ["legal-aid", "research", "housing", "interpretation"]
COUNTRIES = ["KE", "UG", "PA", "CR", "PH", "AE"]


@pytest.mark.parametrize("seed", range(3))
def test_in_any_world_every_reason_is_a_fact_that_both_profiles_show(add: Add, seed: int) -> None:
    chance = random.Random(seed)
    with transaction() as session:
        everybody = [_somebody(session, chance, number) for number in range(40)]
    for audience in (Audience.MEMBERS, Audience.PUBLIC):
        seen = {one.id: one for one in directory.profiles(everybody, audience)}
        open_ones = {
            one
            for one in seen
            if keys.keys_of(seen[one]) == keys.keys_of(db.session.get_one(Organization, one))
        }
        suggested = {one: found(one, audience) for one in everybody}
        for public_id in everybody:
            own = keys.keys_of(db.session.get_one(Organization, public_id))
            for other_id, reasons in suggested[public_id].items():
                assert other_id in seen, "suggested though it may not be seen"
                theirs = keys.keys_of(seen[other_id])
                assert reasons
                for one in reasons:
                    assert _is_true(one, own, theirs), (one, own, theirs)
                mirrored = suggested[other_id].get(public_id)
                if {public_id, other_id} <= open_ones and mirrored is not None:
                    assert _shared(reasons) == _shared(mirrored)
        for public_id in everybody:  # what stands in the table is exactly what the profiles show
            rows = db.session.execute(
                sa.select(PartnerKey.kind, PartnerKey.value).where(
                    PartnerKey.organization_id == public_id, queries._visible(audience)
                )
            )
            profile = seen.get(public_id)
            expected = {keys.LISTED, *keys.keys_of(profile)} if profile else set()
            assert {(kind, value) for kind, value in rows} == expected


def _somebody(session: Any, chance: random.Random, number: int) -> str:
    def some(of: list[str]) -> list[str]:
        return chance.sample(of, chance.randint(0, 3))

    audiences = {field: chance.choice(["members", "partners", "own"]) for field in ("themes", "offers", "country")
                 if chance.random() < 0.2}  # fmt: skip
    values = {
        "name": f"Organization {number}", "kind": chance.choice(["civil_society", "academia"]), "audiences": audiences,
        "country": chance.choice(COUNTRIES), "themes": some(THEMES), "languages": some(["en", "es", "sw"]),
        "safety": chance.choice(list(Safety)),
        "countries_of_work": [
            {"country": code, "roles": chance.sample(["origin", "transit", "destination"], 1)} for code in some(COUNTRIES)
        ],
        "offers": [{"service": one, "is_direct": True} for one in some(SERVICES)],
        "seeks": [{"service": one, "is_direct": True} for one in some(SERVICES)],
    }  # fmt: skip
    status = chance.choice([Status.PUBLISHED] * 4 + [Status.HIDDEN])
    made = profiles.create(session, OPERATOR, values, status=status)
    session.flush()
    return made.id


def _is_true(reason: Reason, own: frozenset[keys.Key], theirs: frozenset[keys.Key]) -> bool:
    """Work out from the two profiles, and nothing else, whether a reason holds."""
    terms = vocabularies.current()
    if reason.group == "region":
        regions = terms.regions
        return (
            ("country", reason.theirs) in theirs
            and reason.mine in regions[reason.theirs]
            and any(kind == "country" and reason.mine in regions[value] for kind, value in own)
        )
    my_kind = {"offers": "seeks", "seeks": "offers"}.get(reason.group, reason.group)
    line = terms.ancestors.get(reason.group, {})
    is_related = reason.theirs in line.get(reason.mine, ()) or reason.mine in line.get(reason.theirs, ())
    same = reason.theirs == reason.mine or is_related
    return (my_kind, reason.mine) in own and (reason.group, reason.theirs) in theirs and same


def _shared(reasons: list[Reason]) -> set[tuple[str, str]]:
    """What both hold alike, and what one gives the other, as either side would say it."""
    return {
        (min(one.group, MIRROR.get(one.group, one.group)), one.theirs)
        for one in reasons
        if one.is_exact and one.group != "region"
    }


def test_the_keys_are_made_anew_and_statements_do_not_grow(
    add: Add, signed_in: SignedIn, statements: Callable[[], Statements]
) -> None:
    ours = add("Ours", country="KE", themes=["corruption", "gender"], **SEEKS_AID)
    for number in range(3):
        add(f"Other {number}", country="KE", themes=["corruption"], **OFFERS_AID)
    before = found(ours)
    with transaction() as session:
        session.execute(sa.delete(PartnerKey))
    assert found(ours) == {}
    keys.rebuild()
    assert found(ours) == before

    focal = signed_in(organization=ours)
    here = f"/en/my-organizations/{ours}/partners"
    counts = []
    for number in range(3, 24, 10):
        for more in range(10):
            add(f"More {number + more}", country="KE", themes=["gender"], **OFFERS_AID)
        with statements() as counted:
            focal.page.get(here)
        counts.append(counted.count)
    assert len(set(counts)) == 1, counts
    assert counts[0] <= 16, counts


def test_only_its_own_people_see_an_organizations_suggestions(add: Add, signed_in: SignedIn) -> None:
    ours, elsewhere = add("Ours"), add("Elsewhere")
    stranger = signed_in(organization=elsewhere)
    assert stranger.get(f"/en/my-organizations/{ours}/partners").status_code == 404
    with transaction() as session, pytest.raises(Forbidden):
        dismissals.dismiss(session, stranger.actor, session.get_one(Organization, ours), elsewhere)
