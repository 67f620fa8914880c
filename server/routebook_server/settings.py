"""Settings: everything that an operator may choose, read from the environment here and nowhere else."""

from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final

import msgspec
from msgspec import Meta

_REPOSITORY: Final = Path(__file__).resolve().parents[2]
DATABASE_NAME: Final = "routebook.db"


class LogFormat(StrEnum):
    """How log lines look."""

    CONSOLE = "console"
    JSON = "json"


class LogLevel(StrEnum):
    """The least important line that is written."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What an operator chose. Each field names its variable and what it means; docs/operating.md lists them."""

    data: Annotated[Path, Meta(description="folder of the database file", extra={"env": "DATA"})] = Path("data")
    database: Annotated[
        str,
        Meta(
            description="`postgresql://user:password@host/name`; without it an SQLite file in `DATA`",
            extra={"env": "ROUTEBOOK_DATABASE"},
        ),
    ] = ""
    files: Annotated[
        str,
        Meta(
            description="where photos, voice notes and documents lie: a folder, or `s3://bucket/prefix` with the"
            " `AWS_…` variables; without it `files` in `DATA`",
            extra={"env": "ROUTEBOOK_FILES"},
        ),
    ] = ""
    port: Annotated[int, Meta(ge=1, le=65_535, description="port to listen on", extra={"env": "PORT"})] = 8080
    processes: Annotated[
        int,
        Meta(
            ge=1,
            le=64,
            description="server processes; more than one need PostgreSQL",
            extra={"env": "ROUTEBOOK_PROCESSES"},
        ),
    ] = 1
    host: Annotated[
        str,
        Meta(
            min_length=1,
            description="address to listen on; `0.0.0.0` for every network of the machine",
            extra={"env": "ROUTEBOOK_HOST"},
        ),
    ] = "127.0.0.1"
    app: Annotated[
        Path, Meta(description="folder of the built app", extra={"env": "ROUTEBOOK_APP", "default": "pwa/build"})
    ] = _REPOSITORY / "pwa" / "build"
    trust_proxy: Annotated[
        bool,
        Meta(
            description="`true` behind a reverse proxy: believe its `X-Forwarded-For` and `X-Forwarded-Proto`",
            extra={"env": "ROUTEBOOK_TRUST_PROXY"},
        ),
    ] = False
    log_format: Annotated[
        LogFormat,
        Meta(description="`console` or `json`, one object a line", extra={"env": "ROUTEBOOK_LOG_FORMAT"}),
    ] = LogFormat.CONSOLE
    log_level: Annotated[
        LogLevel,
        Meta(description="`debug`, `info` (every request) or `warning`", extra={"env": "ROUTEBOOK_LOG_LEVEL"}),
    ] = LogLevel.WARNING

    offline_lease_days: Annotated[
        int,
        Meta(
            ge=0,
            le=3_650,
            description="days without contact until the app locks on a device, keeping its unsent work; `0` for never",
            extra={"env": "ROUTEBOOK_OFFLINE_LEASE_DAYS"},
        ),
    ] = 14

    keep_deleted_days: Annotated[
        int,
        Meta(
            ge=1,
            le=36_500,
            description="days until a deleted record loses its content; a device away for longer starts over",
            extra={"env": "ROUTEBOOK_KEEP_DELETED_DAYS"},
        ),
    ] = 180

    archive_days: Annotated[
        int,
        Meta(
            ge=0,
            le=36_500,
            description="days that finished visits, tasks and orders, notes, calls, files and shelf checks stay on"
            " devices; older ones are read on demand; `0` for ever",
            extra={"env": "ROUTEBOOK_ARCHIVE_DAYS"},
        ),
    ] = 400

    url: Annotated[
        str,
        Meta(
            pattern="^(https?://[^/]+)?$",
            description="`https://crm.example.com`, where people find the app: for links in e-mails and calendars",
            extra={"env": "ROUTEBOOK_URL"},
        ),
    ] = ""
    time_zone: Annotated[
        str,
        Meta(
            description="time zone of people whose record names none, like `Europe/Warsaw`",
            extra={"env": "ROUTEBOOK_TIME_ZONE"},
        ),
    ] = "UTC"
    smtp: Annotated[
        str,
        Meta(
            description="`smtps://user:password@host` or `smtp://…` (with STARTTLS), by which reminders that no device"
            " has shown are sent; without it none are",
            extra={"env": "ROUTEBOOK_SMTP"},
        ),
    ] = ""
    mail_from: Annotated[
        str, Meta(description="sender of e-mails; needed with `ROUTEBOOK_SMTP`", extra={"env": "ROUTEBOOK_MAIL_FROM"})
    ] = ""
    confirm_minutes: Annotated[
        int,
        Meta(
            ge=1,
            le=1_440,
            description="minutes that devices have to show a reminder before it is sent by e-mail",
            extra={"env": "ROUTEBOOK_CONFIRM_MINUTES"},
        ),
    ] = 10
    silent_hours: Annotated[
        int,
        Meta(
            ge=0,
            le=8_760,
            description="hours after which a device that had unsent work is reminded of it; `0` for never",
            extra={"env": "ROUTEBOOK_SILENT_HOURS"},
        ),
    ] = 24
    roads: Annotated[
        str,
        Meta(
            pattern=r"^(https?://[^/?#@\s]+(/[^?#\s]*)?)?$",
            description="`http://127.0.0.1:5000`, the OSRM server of your own that knows distances by road; without it"
            " distances are straight lines",
            extra={"env": "ROUTEBOOK_ROADS"},
        ),
    ] = ""
    push_anywhere: Annotated[
        bool,
        Meta(
            description="`true` lets push messages go to private addresses and by plain http: for tests alone",
            extra={"env": "ROUTEBOOK_PUSH_ANYWHERE"},
        ),
    ] = False

    @property
    def address(self) -> str:
        """The address of the database; it may hold a password."""
        return self.database or f"sqlite:///{self.data / DATABASE_NAME}"


class SettingError(ValueError):
    """A setting that cannot be understood; the message names the variable."""


class Choice(msgspec.Struct, frozen=True):
    """One setting as the documentation shows it."""

    name: str
    env: str
    default: str
    description: str


def choices() -> list[Choice]:
    """Return every setting with its variable, default and meaning, in the order of declaration."""
    found = []
    for field in msgspec.structs.fields(Settings):
        meta: Meta = field.type.__metadata__[0]
        extra = meta.extra or {}
        default = str(field.default).lower() if isinstance(field.default, bool) else str(field.default)
        found.append(Choice(field.name, extra["env"], extra.get("default", default), meta.description or ""))
    return found


def settings_from_environment(environment: Mapping[str, str], **given: object) -> Settings:
    """Return the settings that the variables choose; what is ``given`` (not None) wins over them.

    SettingError on a value that cannot be understood, and on an unknown variable that begins with ROUTEBOOK_.
    """
    name_by_env = {choice.env: choice.name for choice in choices()}
    strangers = sorted(name for name in environment if name.startswith("ROUTEBOOK_") and name not in name_by_env)
    if strangers:
        raise SettingError(f"{strangers[0]} is no setting of Routebook")
    values: dict[str, object] = {
        name: environment[env] for env, name in name_by_env.items() if environment.get(env, "") != ""
    }
    values |= {name: value for name, value in given.items() if value is not None}
    env_by_name = {name: env for env, name in name_by_env.items()}
    chosen = {}
    for field in msgspec.structs.fields(Settings):
        if field.name not in values:
            continue
        try:
            chosen[field.name] = msgspec.convert(values[field.name], field.type, strict=False, dec_hook=_path)
        except msgspec.ValidationError as error:
            raise SettingError(f"{env_by_name[field.name]}={values[field.name]}: {error}") from error
    return Settings(**chosen)


def _path(wanted: type, value: object) -> object:
    if wanted is Path and isinstance(value, str | Path):
        return Path(value)
    raise NotImplementedError(f"no setting of type {wanted}")
