"""`python -m core invite`: a link that lets one person in, in one role. The first dispatcher comes in so."""

import json
import secrets
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from core.domain.actor import Actor, Grant
from core.domain.role import Role

if TYPE_CHECKING:
    from sqlalchemy.orm import InstrumentedAttribute, Session

    from core.services.invites import Issued
    from core.settings import Settings

_ROLES = ", ".join(role for role in Role if role is not Role.SYSTEM)
_ASK_S = 5


def invite(
    role: Annotated[str, typer.Option("--role", help=f"Роль: {_ROLES}.", show_default=False)],
    client: Annotated[str, typer.Option("--client", help="Код клиента, для ролей клиента.")] = "",
    contractor: Annotated[str, typer.Option("--contractor", help="Код подрядчика, для инженера и владельца.")] = "",
    site: Annotated[str, typer.Option("--site", help="Код объекта: роль только на этом объекте.")] = "",
    region: Annotated[str, typer.Option("--region", help="Регион: роль только на объектах региона.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Итог в виде JSON и ничего больше.")] = False,
) -> None:
    """Пригласить человека: одноразовая ссылка с ролью и сроком.

    Кто откроет её в Telegram первым, тот и войдёт. Ссылка показывается один раз: в базе её нет.
    """
    if role not in set(Role) - {Role.SYSTEM}:
        raise typer.BadParameter(f"нужна одна из ролей: {_ROLES}", param_hint="--role")
    from core.commands.database import SHELL, opened
    from core.domain.errors import NotAllowed, NotFound
    from core.settings import load

    settings = load()
    codes = {"client": client, "contractor": contractor, "site": site}
    try:
        with opened(may_begin=True) as database:
            issued = database.write_sync(_issue, SHELL, Role(role), codes, region, _secret(settings))
    except NotFound:
        raise typer.BadParameter("такого клиента, подрядчика, объекта или региона нет") from None
    except NotAllowed:
        raise typer.BadParameter(
            "роли клиента нужен --client (или --site), инженеру и владельцу --contractor, сотруднику — ничего"
        ) from None
    _tell(issued, _bot_name(settings), as_json=as_json)


def _issue(
    session: "Session", actor: Actor, role: Role, codes: dict[str, str], region: str, secret: str, *, now: datetime
) -> "Issued":
    from core.services import invites
    from storage.models.contractor import Contractor
    from storage.models.directory import Client, Site

    site_id = _id(session, Site.id, Site.code, codes["site"])
    client_id = _id(session, Client.id, Client.code, codes["client"])
    if client_id is None and site_id is not None:
        client_id = session.get_one(Site, site_id).client_id
    contractor_id = _id(session, Contractor.id, Contractor.code, codes["contractor"])
    grant = Grant(role, client_id, contractor_id, site_id, region or None)
    return invites.create(session, actor, grant, secret, now=now)


def _id(
    session: "Session", column: "InstrumentedAttribute[int]", code_column: "InstrumentedAttribute[str]", code: str
) -> int | None:
    from sqlalchemy import select

    from core.domain.errors import NotFound

    if not code:
        return None
    found = session.scalar(select(column).where(code_column == code))
    if found is None:
        raise NotFound
    return found


def _secret(settings: "Settings") -> str:
    """Nobody draws this invite a second time, so without a bot any secret will do."""
    return settings.bot_token.get_secret_value() if settings.bot_token else secrets.token_urlsafe()


def _bot_name(settings: "Settings") -> str | None:
    """What Telegram calls the bot; None where there is no bot yet or Telegram cannot be asked from here."""
    if settings.bot_token is None:
        return None
    from urllib.request import urlopen

    base = settings.telegram_api_url.rstrip("/")
    try:
        with urlopen(f"{base}/bot{settings.bot_token.get_secret_value()}/getMe", timeout=_ASK_S) as answer:
            return str(json.load(answer)["result"]["username"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _tell(issued: "Issued", bot_name: str | None, *, as_json: bool) -> None:
    from core.services.invites import PAYLOAD

    start = f"{PAYLOAD}{issued.token}"
    link = f"https://t.me/{bot_name}?start={start}" if bot_name else None
    told: dict[str, Any] = {
        "link": link,
        "start": start,
        "role": issued.grant.role,
        "organisation": issued.organisation,
        "expires_at": issued.expires_at.isoformat(),
    }
    if as_json:
        print(json.dumps(told, ensure_ascii=False))
        return
    where = f", {issued.organisation}" if issued.organisation else ""
    print(f"Приглашение: {issued.grant.role}{where}, до {issued.expires_at:%d.%m.%Y %H:%M} UTC, на одного человека.")
    print(link or f"Telegram спросить не удалось, поэтому ссылки нет. Пусть человек отправит боту: /start {start}")
