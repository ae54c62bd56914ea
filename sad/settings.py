"""What the environment says: one frozen `Settings`, checked before anything is served."""

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parent.parent
SHORTEST_KEY = 32
FEWEST_DISTINCT = 10
DATABASES = ("sqlite:///", "postgresql://", "postgresql+psycopg://")
SMTP_SCHEMES = ("smtp", "smtp+starttls", "smtps")


class SettingsError(Exception):
    """A setting is missing, weak or contradictory; the message names it and says what to do."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Where the data are, which keys protect them, how mail leaves, under which address the product answers."""

    environment: str
    database_url: str
    data_dir: Path
    secret_key: str
    seal_key: bytes
    base_url: str
    smtp_url: str | None
    mail_from: str
    probe_url: str | None = None
    clamd: str | None = None

    @property
    def is_production(self) -> bool:
        return self.environment == "production"

    @property
    def is_https(self) -> bool:
        return self.base_url.startswith("https://")


def load_settings(environ: Mapping[str, str] = os.environ) -> Settings:
    """Read the settings; development makes the keys it misses, production refuses to start without them.

    Raises `SettingsError`.
    """
    environment = environ.get("SAD_ENV", "development")
    if environment not in ("development", "production"):
        raise SettingsError(f"SAD_ENV vaut « {environment} » : écrire development ou production.")
    data_dir = Path(environ.get("SAD_DATA_DIR") or ROOT / "var").absolute()
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        return _settings(environ, environment, data_dir)
    except OSError as error:
        raise SettingsError(f"SAD_DATA_DIR ou SAD_SEAL_KEY_FILE : {error.filename} est hors d’accès ({error.strerror}).") from error


def seal_key_file(data_dir: Path, environ: Mapping[str, str] = os.environ) -> Path:
    """Where the seal key is: the file that the environment names, else the one that development made."""
    return Path(environ.get("SAD_SEAL_KEY_FILE") or _made_seal_key(data_dir)).absolute()


def _made_seal_key(data_dir: Path) -> Path:
    return data_dir / "keys" / "seal.key"


def _settings(environ: Mapping[str, str], environment: str, data_dir: Path) -> Settings:
    in_production = environment == "production"
    base_url = _base_url(environ, in_production)
    return Settings(
        environment=environment,
        database_url=_database_url(environ, data_dir, in_production),
        data_dir=data_dir,
        secret_key=_secret_key(environ, data_dir, in_production),
        seal_key=_seal_key(environ, data_dir, in_production),
        base_url=base_url,
        smtp_url=_smtp_url(environ, in_production),
        mail_from=_mail_from(environ, base_url),
        probe_url=_probe_url(environ),
        clamd=_clamd(environ),
    )


def _database_url(environ: Mapping[str, str], data_dir: Path, in_production: bool) -> str:
    url = environ.get("SAD_DATABASE_URL")
    if url:
        if not url.startswith(DATABASES):
            raise SettingsError(f"SAD_DATABASE_URL doit commencer par {' ou '.join(DATABASES)}")
        return url
    if in_production:
        raise SettingsError("SAD_DATABASE_URL manque : donner l’adresse de la base, postgresql://…")
    return f"sqlite:///{data_dir / 'sad.sqlite'}"


def _secret_key(environ: Mapping[str, str], data_dir: Path, in_production: bool) -> str:
    key = environ.get("SAD_SECRET_KEY", "")
    if not key and not in_production:
        return _kept_key(data_dir / "keys" / "secret.key")
    if _is_weak(key):
        raise SettingsError(
            f"SAD_SECRET_KEY manque ou est trop faible : il faut au moins {SHORTEST_KEY} caractères tirés au hasard. "
            """Par exemple : python3 -c 'print(__import__("secrets").token_urlsafe(48))'"""
        )
    return key


def _seal_key(environ: Mapping[str, str], data_dir: Path, in_production: bool) -> bytes:
    path = environ.get("SAD_SEAL_KEY_FILE")
    if not path and not in_production:
        return _kept_key(_made_seal_key(data_dir)).encode()
    advice = "Indiquer un fichier hors du répertoire de données, lisible du seul service, sauvegardé à part."
    if not path:
        raise SettingsError(f"SAD_SEAL_KEY_FILE manque. {advice}")
    file = Path(path).absolute()
    if in_production and file.resolve().is_relative_to(data_dir.resolve()):
        raise SettingsError(f"SAD_SEAL_KEY_FILE est dans SAD_DATA_DIR. {advice}")
    if not file.is_file():
        raise SettingsError(f"SAD_SEAL_KEY_FILE : le fichier {file} n’existe pas. {advice}")
    if in_production and file.stat().st_mode & 0o077:
        raise SettingsError(f"SAD_SEAL_KEY_FILE : {file} est lisible par d’autres. Faire : chmod 600 {file}")
    key = file.read_bytes().strip()
    if _is_weak(key):
        raise SettingsError(f"SAD_SEAL_KEY_FILE : il faut au moins {SHORTEST_KEY} octets tirés au hasard.")
    return key


def _is_weak(key: str | bytes) -> bool:
    return len(key) < SHORTEST_KEY or len(set(key)) < FEWEST_DISTINCT


def _base_url(environ: Mapping[str, str], in_production: bool) -> str:
    url = environ.get("SAD_BASE_URL", "" if in_production else "http://localhost:8000").rstrip("/")
    schemes = ("https",) if in_production else ("https", "http")
    if not _is_address(url, schemes):
        raise SettingsError(f"SAD_BASE_URL : donner l’adresse publique du service, en {' ou '.join(f'{each}://' for each in schemes)}")
    return url


def _probe_url(environ: Mapping[str, str]) -> str | None:
    url = (environ.get("SAD_PROBE_URL") or "").rstrip("/") or None
    if url is not None and not _is_address(url, ("https", "http")):
        raise SettingsError("SAD_PROBE_URL n’est pas une adresse. Forme : http://localhost:8000")
    return url


def _smtp_url(environ: Mapping[str, str], in_production: bool) -> str | None:
    url = environ.get("SAD_SMTP_URL") or None
    form = "Forme : smtp://nom:secret@hôte:587 (ou smtp+starttls://, smtps://)"
    if in_production and url is None:
        raise SettingsError(f"SAD_SMTP_URL manque : sans elle aucune lettre ne part. {form}")
    if url is not None and not _is_address(url, SMTP_SCHEMES):
        raise SettingsError(f"SAD_SMTP_URL n’est pas l’adresse d’un serveur de courrier. {form}")
    return url


def _clamd(environ: Mapping[str, str]) -> str | None:
    url = environ.get("SAD_CLAMD") or None
    if url is not None and not _is_address(url, ("tcp",)) and not (url.startswith("unix:///") and len(url) > len("unix:///")):
        raise SettingsError("SAD_CLAMD n’est pas l’adresse d’un antivirus. Forme : tcp://hôte:3310 ou unix:///run/clamav/clamd.ctl")
    return url


def _mail_from(environ: Mapping[str, str], base_url: str) -> str:
    sender = environ.get("SAD_MAIL_FROM") or f"ne-pas-repondre@{_sending_host(base_url)}"
    if sender.count("@") != 1 or any(letter.isspace() for letter in sender):
        raise SettingsError("SAD_MAIL_FROM : donner une seule adresse, sans le nom, par exemple achats@ville.fr")
    return sender


def _sending_host(base_url: str) -> str:
    host = urlsplit(base_url).hostname or ""
    return host if "." in host and not host.replace(".", "").isdigit() else "marches-alimentaires.example"


def _is_address(url: str, schemes: tuple[str, ...]) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in schemes and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def _kept_key(path: Path) -> str:
    """The key in `path`, made once with a mode that lets nobody else read it."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text().strip()
    with os.fdopen(descriptor, "w") as file:
        file.write(secrets.token_urlsafe(48))
    return path.read_text().strip()
