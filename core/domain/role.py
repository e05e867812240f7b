"""Who a person is in an organisation. Rights follow roles, never chats."""

from enum import StrEnum


class Role(StrEnum):
    ENGINEER = "engineer"
    OWNER = "owner"  #: owner of a contractor: sees the firm's jobs and its team
    DISPATCHER = "dispatcher"
    MANAGER = "manager"
    ADMIN = "admin"
    ACCOUNTANT = "accountant"
    REQUESTER = "requester"  #: reports and accepts for one site, a region or a whole client
    APPROVER = "approver"  #: a step of a client's approval chain
    HEAD_OFFICE = "head_office"
    CLIENT_ACCOUNTANT = "client_accountant"
    SYSTEM = "system"  #: timetable and import; never granted to a person


OPERATOR_ROLES = frozenset({Role.DISPATCHER, Role.MANAGER, Role.ADMIN, Role.ACCOUNTANT})
#: May do what a dispatcher does: one dispatcher on holiday must not deadlock the desk.
DESK_ROLES = frozenset({Role.DISPATCHER, Role.MANAGER, Role.ADMIN})
CLIENT_ROLES = frozenset({Role.REQUESTER, Role.APPROVER, Role.HEAD_OFFICE, Role.CLIENT_ACCOUNTANT})
CONTRACTOR_ROLES = frozenset({Role.ENGINEER, Role.OWNER})
