"""Who acts: a person with the roles held at this moment, read from the database at every tap."""

from dataclasses import dataclass

from core.domain.role import (
    CLIENT_ROLES,
    CONTRACTOR_ROLES,
    DESK_ROLES,
    OPERATOR_ROLES,
    Role,
)


@dataclass(frozen=True, slots=True)
class Grant:
    """One live membership. `site_id` and `region` narrow a client role; both empty means the whole client."""

    role: Role
    client_id: int | None = None
    contractor_id: int | None = None
    site_id: int | None = None
    region: str | None = None


@dataclass(frozen=True, slots=True)
class Actor:
    """`source` says what made the actor act (`update:17`, `job:offers`, `cli`): it goes into the audit."""

    person_id: int | None
    grants: tuple[Grant, ...] = ()
    name: str = ""
    language: str = "ru"
    source: str = ""

    @staticmethod
    def system(source: str) -> "Actor":
        return Actor(None, (Grant(Role.SYSTEM),), "", "ru", source)

    @property
    def roles(self) -> frozenset[Role]:
        return frozenset(grant.role for grant in self.grants)

    @property
    def is_operator(self) -> bool:
        return bool(self.roles & OPERATOR_ROLES)

    @property
    def is_desk(self) -> bool:
        return bool(self.roles & DESK_ROLES)

    @property
    def contractor_ids(self) -> frozenset[int]:
        return frozenset(g.contractor_id for g in self.grants if g.role in CONTRACTOR_ROLES and g.contractor_id)

    @property
    def owned_contractor_ids(self) -> frozenset[int]:
        return frozenset(g.contractor_id for g in self.grants if g.role is Role.OWNER and g.contractor_id)

    @property
    def client_grants(self) -> tuple[Grant, ...]:
        return tuple(g for g in self.grants if g.role in CLIENT_ROLES and g.client_id)

    def has(self, *roles: Role) -> bool:
        return bool(self.roles & set(roles))
