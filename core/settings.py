"""What this installation is told from outside: the environment and `.env`, each explained in `.env.example`.

Only composition roots read settings. A wrong one is answered with one line and exit code 2, never a traceback.
"""

import re
import sys
from pathlib import Path
from typing import Annotated, Any, Literal, NoReturn
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from core.domain.defaults import Defaults

TOKEN = re.compile(r"\d{5,20}:[A-Za-z0-9_-]{30,}")
WEB = ("http", "https")
PROXIES = ("http", "socks4", "socks5")
PLACEHOLDERS = ("change_me", "changeme", "your_token", "placeholder", "xxx")

#: What pydantic finds wrong by itself.
REASONS = {
    "int_parsing": "нужно целое число / must be a whole number",
    "bool_parsing": "нужно true или false / must be true or false",
    "literal_error": "подходит {expected} / must be {expected}",
    "greater_than_equal": "не меньше {ge} / must be at least {ge}",
    "less_than_equal": "не больше {le} / must be at most {le}",
}

Minutes = Annotated[int, Field(ge=1, le=60 * 24 * 31)]
Percent = Annotated[int, Field(ge=1, le=100)]
#: Whoever is well says so every minute or two.
Gap = Annotated[int, Field(ge=3, le=60 * 24 * 31)]
Hour = Annotated[int, Field(ge=0, le=23)]
Count = Annotated[int, Field(ge=1, le=1000)]
Days = Annotated[int, Field(ge=1, le=3660)]
KopecksSum = Annotated[int, Field(ge=0, le=100_000_000)]
Metres = Annotated[int, Field(ge=1, le=100_000)]

DEFAULT = Defaults()


class Settings(BaseSettings):
    model_config = SettingsConfigDict(
        env_file=".env", env_file_encoding="utf-8", extra="ignore", frozen=True, env_ignore_empty=True
    )

    bot_token: SecretStr | None = None
    admin_ids: Annotated[frozenset[int], NoDecode] = frozenset()
    database_url: str = "sqlite+aiosqlite:///naryad.db"
    media_dir: Path = Path("media")
    language: Literal["ru", "en"] = "ru"
    operator_zone: str = "Europe/Moscow"

    telegram_api_url: str = "https://api.telegram.org"
    telegram_proxy: str | None = None
    clock_url: str | None = None
    run_scheduler: bool = True
    send_per_second: Count = 25

    log_json: bool = False
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"

    offer_wait_share_pct: Percent = DEFAULT.offer_wait_share_pct
    offer_wait_min_minutes: Minutes = DEFAULT.offer_wait_min_minutes
    offer_wait_max_minutes: Minutes = DEFAULT.offer_wait_max_minutes
    reaction_minutes: Minutes = DEFAULT.reaction_minutes
    work_from_hour: Hour = DEFAULT.work_from_hour
    work_to_hour: Annotated[int, Field(ge=1, le=24)] = DEFAULT.work_to_hour
    rework_least_hours: Count = DEFAULT.rework_least_hours
    emergency_wave: Count = DEFAULT.emergency_wave
    second_wave_pct: Percent = DEFAULT.second_wave_pct
    second_wave: Count = DEFAULT.second_wave
    third_wave_pct: Percent = DEFAULT.third_wave_pct
    third_wave: Count = DEFAULT.third_wave
    first_raise_pct: Percent = DEFAULT.first_raise_pct
    second_raise_pct: Percent = DEFAULT.second_raise_pct
    raise_step_pct: Percent = DEFAULT.raise_step_pct
    margin_floor_pct: Annotated[int, Field(ge=0, le=99)] = DEFAULT.margin_floor_pct
    counter_minutes: Minutes = DEFAULT.counter_minutes
    cool_down_hours: Count = DEFAULT.cool_down_hours
    offers_to_engineers: bool = DEFAULT.offers_to_engineers
    ignored_offers: Count = DEFAULT.ignored_offers
    ignored_days: Days = DEFAULT.ignored_days
    still_there_hours: Count = DEFAULT.still_there_hours
    confirm_first_hours: Count = DEFAULT.confirm_first_hours
    confirm_last_hours: Count = DEFAULT.confirm_last_hours
    no_show_minutes: Minutes = DEFAULT.no_show_minutes
    where_answer_minutes: Minutes = DEFAULT.where_answer_minutes
    eta_most: Count = DEFAULT.eta_most
    call_out_price_kop: KopecksSum = DEFAULT.call_out_price_kop
    call_out_rate_kop: KopecksSum = DEFAULT.call_out_rate_kop
    late_cancel_hours: Count = DEFAULT.late_cancel_hours
    hold_most_days: Count = DEFAULT.hold_most_days
    widen_step_km: Count = DEFAULT.widen_step_km
    jobs_per_engineer: Count = DEFAULT.jobs_per_engineer
    score_band_km: Count = DEFAULT.score_band_km
    new_score: Percent = DEFAULT.new_score
    new_below_jobs: Count = DEFAULT.new_below_jobs
    early_minutes: Minutes = DEFAULT.early_minutes
    late_minutes: Minutes = DEFAULT.late_minutes
    proof_hours: Count = DEFAULT.proof_hours
    dispute_days: Days = DEFAULT.dispute_days
    objection_days: Days = DEFAULT.objection_days
    load_days: Days = DEFAULT.load_days
    cover_enough: Count = DEFAULT.cover_enough
    watched_jobs: Count = DEFAULT.watched_jobs
    document_years: Count = DEFAULT.document_years
    live_position_max_age_minutes: Minutes = DEFAULT.live_position_max_age_minutes
    site_radius_m: Metres = DEFAULT.site_radius_m
    accuracy_max_m: Metres = DEFAULT.accuracy_max_m
    night_from_hour: Hour = DEFAULT.night_from_hour
    night_to_hour: Hour = DEFAULT.night_to_hour
    quiet_from_hour: Hour = DEFAULT.quiet_from_hour
    quiet_to_hour: Hour = DEFAULT.quiet_to_hour
    digest_hour: Hour = DEFAULT.digest_hour
    guard_gap_minutes: Gap = DEFAULT.guard_gap_minutes
    guard_grace_minutes: Minutes = DEFAULT.guard_grace_minutes
    guard_away_hours: Count = DEFAULT.guard_away_hours
    slot_hours: Count = DEFAULT.slot_hours
    slots_offered: Count = DEFAULT.slots_offered
    slots_days_ahead: Days = DEFAULT.slots_days_ahead
    limited_days: Days = DEFAULT.limited_days
    suspended_days: Days = DEFAULT.suspended_days
    missed_deadlines: Count = DEFAULT.missed_deadlines
    missed_share_pct: Percent = DEFAULT.missed_share_pct
    missed_jobs: Count = DEFAULT.missed_jobs
    no_shows: Count = DEFAULT.no_shows
    no_show_days: Days = DEFAULT.no_show_days
    reworks: Count = DEFAULT.reworks
    rework_days: Days = DEFAULT.rework_days
    score_floor: Percent = DEFAULT.score_floor
    score_jobs: Count = DEFAULT.score_jobs
    again_days: Days = DEFAULT.again_days
    most_limits_a_day: Count = DEFAULT.most_limits_a_day
    appeal_days: Days = DEFAULT.appeal_days
    appeal_answer_days: Days = DEFAULT.appeal_answer_days
    invite_days: Days = DEFAULT.invite_days
    invite_tries: Count = DEFAULT.invite_tries
    invite_tries_minutes: Minutes = DEFAULT.invite_tries_minutes

    def defaults(self) -> Defaults:
        told = {name: getattr(self, name) for name in Defaults.__dataclass_fields__}
        if self.work_to_hour <= self.work_from_hour:
            told["work_to_hour"] += 24  # it ends on the next day
        return Defaults(**told)

    @field_validator("bot_token")
    @classmethod
    def token_is_real(cls, token: SecretStr | None) -> SecretStr | None:
        if token is not None:
            secret = token.get_secret_value()
            if any(word in secret.lower() for word in PLACEHOLDERS) or not TOKEN.fullmatch(secret):
                raise ValueError(
                    "это не токен от @BotFather (123456789:AA…) / not a token of @BotFather (123456789:AA…)"
                )
        return token

    @field_validator("work_to_hour")
    @classmethod
    def work_lasts(cls, hour: int, told: ValidationInfo) -> int:
        if hour == told.data.get("work_from_hour"):
            raise ValueError(
                "не может быть равен WORK_FROM_HOUR; круглосуточно — это 0 и 24 / "
                "must not equal WORK_FROM_HOUR; round the clock is 0 and 24"
            )
        return hour

    @field_validator("admin_ids", mode="before")
    @classmethod
    def ids_by_commas(cls, value: Any) -> Any:
        return [part for part in re.split(r"[\s,;]+", value) if part] if isinstance(value, str) else value

    @field_validator("database_url")
    @classmethod
    def database_is_known(cls, url: str) -> str:
        if not url.startswith(("sqlite+aiosqlite:///", "postgresql+asyncpg://")):
            raise ValueError(
                "нужен адрес sqlite+aiosqlite:///файл или postgresql+asyncpg://… / "
                "must be sqlite+aiosqlite:///file or postgresql+asyncpg://…"
            )
        if url.removeprefix("sqlite+aiosqlite:///") in ("", ":memory:"):
            raise ValueError("встроенной базе нужен файл / an embedded database needs a file")
        return url

    @field_validator("operator_zone")
    @classmethod
    def zone_is_known(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (KeyError, ValueError, OSError):
            raise ValueError(
                "нет такого часового пояса, пример: Europe/Moscow / no such zone, for example Europe/Moscow"
            ) from None
        return name

    @field_validator("telegram_api_url", "clock_url")
    @classmethod
    def address_is_one(cls, url: str | None) -> str | None:
        return url if url is None else _address(url, WEB)

    @field_validator("telegram_proxy")
    @classmethod
    def proxy_is_one(cls, url: str | None) -> str | None:
        return url if url is None else _address(url, PROXIES)


def load(*, needs_token: bool = False, **given: Any) -> Settings:
    """Settings of this process; `given` stands above the environment. Leaves with code 2 if one is wrong."""
    try:
        settings = Settings(**given)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        name = str(first["loc"][0]).upper() if first["loc"] else "?"
        leave(name, _reason(first))
    if needs_token and settings.bot_token is None:
        leave("BOT_TOKEN", "не задан / is not set")
    return settings


def _reason(error: Any) -> str:
    """Our own words as they are, pydantic's in both languages."""
    known = REASONS.get(error["type"])
    return known.format(**error.get("ctx", {})) if known else error["msg"].removeprefix("Value error, ")


def leave(name: str, reason: str) -> NoReturn:
    """One line that names the setting and where it stands; code 2."""
    print(
        f"Настройка {name}: {reason}. Задаётся в файле .env, образец с пояснениями — .env.example. / "
        f"Setting {name} (see above) is set in .env; .env.example explains it.",
        file=sys.stderr,
    )
    sys.exit(2)


def _address(url: str, schemes: tuple[str, ...]) -> str:
    """The address itself is not repeated in the reason: it may bear a password."""
    try:
        parts = urlsplit(url)
        is_whole = parts.scheme in schemes and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_whole = False
    if not is_whole:
        example = " | ".join(f"{scheme}://…" for scheme in schemes)
        raise ValueError(f"это не адрес ({example}) / not an address ({example})")
    return url
