"""What backup and restore need: the folders of an embedded setting, and its catalog as it is."""

from __future__ import annotations

from pathlib import Path

from parquay.catalog.migrate import is_current
from parquay.settings import Settings, SettingsError
from parquay.storage.local.replacement import DataFolders, is_half, remove_replaced
from parquay.wiring.database import open_catalog
from parquay.wiring.stores import is_remote, store_root


def data_folders(settings: Settings) -> DataFolders:
    """Return where the data of the embedded setting is.

    Raises:
        SettingsError: it is another setting.
    """
    file = settings.sqlalchemy_url.partition("sqlite:///")[2].partition("?")[0]
    if not file or is_remote(settings):
        name = "PARQUAY_STORAGE_URL" if file else "PARQUAY_DATABASE_URL"
        raise SettingsError(f"{name}: PostgreSQL and buckets are backed up by their own means, see docs/operations.md")
    return DataFolders(settings.root, store_root(settings), Path(file))


def refuse_half_restored(settings: Settings) -> None:
    """See to it that nobody starts on a data directory of which a part is from a backup.

    Raises:
        SettingsError: a restore into it was interrupted.
    """
    if is_half(settings.root):
        raise SettingsError(f"PARQUAY_DATA_DIR: a restore into {settings.root} was interrupted; run it again")
    remove_replaced(settings.root)


def refuse_other_schema(settings: Settings) -> None:
    """See to it that a backup does not change the schema of a catalog which an older server uses.

    Raises:
        SettingsError: the catalog has another schema than that of this version, or there is none.
    """
    folders = data_folders(settings)
    if not folders.has_catalog():
        raise SettingsError(f"PARQUAY_DATA_DIR: there is no catalog in {folders.catalog.parent}")
    catalog = open_catalog(settings, migrate=False)
    try:
        if not is_current(catalog):
            raise SettingsError(
                f"{folders.catalog}: is of another version of Parquay; take the backup with the version that serves it"
            )
    finally:
        catalog.close()
