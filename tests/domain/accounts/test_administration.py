"""PLT-3, PLT-8: an administrator gives and takes roles at the sites that they administer, and nowhere else."""

import pytest

from aftersales.db import transaction
from aftersales.domain.accounts import administration, queries
from aftersales.domain.accounts.permissions import Role
from aftersales.domain.errors import Invalid, NotFound, NotPermitted, Refused, Stale
from tests.cast import Cast, Person
from tests.factories import NOW


def edit(cast: Cast, person: Person, roles: dict[int, set[Role]], **more: object) -> None:
    with transaction():
        administration.edit_person(
            person.id,
            **{"name": person.name, "roles": roles, "actor": cast.admin.actor(), "now": NOW, **more},  # type: ignore[arg-type]
        )


def test_one_person_may_hold_several_roles(cast: Cast) -> None:
    """PLT-8"""
    edit(cast, cast.advisor, {cast.site.id: {Role.ADVISOR, Role.CASHIER, Role.TECHNICAL_DIRECTOR}})
    assert queries.roles_at(cast.advisor.id, cast.site.id) == {
        Role.ADVISOR,
        Role.CASHIER,
        Role.TECHNICAL_DIRECTOR,
    }


def test_roles_at_another_site_are_out_of_reach(cast: Cast) -> None:
    """PLT-3"""
    with pytest.raises(Refused):
        edit(cast, cast.advisor, {cast.other_site.id: {Role.ADMIN}})
    with pytest.raises(NotFound):
        edit(cast, cast.stranger, {cast.site.id: {Role.ADMIN}})


def test_roles_elsewhere_are_kept(cast: Cast) -> None:
    with transaction():
        administration.operations.set_roles(
            administration.get_person(cast.advisor.id, {cast.site.id}),
            {cast.site.id: {Role.ADVISOR}, cast.other_site.id: {Role.MANAGER}},
            actor=cast.admin.actor(), now=NOW,
        )  # fmt: skip
    edit(cast, cast.advisor, {cast.site.id: {Role.CASHIER}})
    assert queries.roles_at(cast.advisor.id, cast.other_site.id) == {Role.MANAGER}
    assert queries.roles_at(cast.advisor.id, cast.site.id) == {Role.CASHIER}


def test_the_last_administrator_stays(cast: Cast) -> None:
    with pytest.raises(Refused, match="only administrator"):
        edit(cast, cast.admin, {cast.site.id: {Role.ADVISOR}})
    edit(cast, cast.advisor, {cast.site.id: {Role.ADMIN}})
    edit(cast, cast.admin, {cast.site.id: {Role.ADVISOR}})
    assert queries.roles_at(cast.admin.id, cast.site.id) == {Role.ADVISOR}


def test_nobody_locks_themselves_out(cast: Cast) -> None:
    with pytest.raises(Refused), transaction():
        administration.disable(cast.admin.id, actor=cast.admin.actor(), now=NOW)


def test_a_person_keeps_at_least_one_role(cast: Cast) -> None:
    with pytest.raises(Invalid) as refusal:
        edit(cast, cast.advisor, {cast.site.id: set()})
    assert refusal.value.field == "roles"


def test_only_administrators_administer(cast: Cast) -> None:
    """PLT-3"""
    for person in (cast.advisor, cast.service_manager, cast.head_office):
        with pytest.raises(NotPermitted), transaction():
            administration.disable(cast.technician.id, actor=person.actor(), now=NOW)


def test_an_older_form_is_refused(cast: Cast) -> None:
    """ORD-6"""
    edit(cast, cast.advisor, {cast.site.id: {Role.ADVISOR}}, name="Marta Nowa", version=1)
    with pytest.raises(Stale):
        edit(cast, cast.advisor, {cast.site.id: {Role.ADVISOR}}, name="Marta Stara", version=1)
