"""`omnisync service`: the daemon as a service of this machine."""

from __future__ import annotations

from pathlib import Path

import click

from omnisync.cli.output import say
from omnisync.cli.place import Place
from omnisync.connect.loader import OptionType, discover
from omnisync.daemon import unit
from omnisync.daemon.unit import Manager, Outcome
from omnisync.settings import Settings
from omnisync.text import _


@click.group(
    short_help=_("Run the daemon as a service of this machine."),
    help=_(
        "Run the daemon as a service of this machine, with systemd: it starts with the machine and again after a "
        "failure. As root it is installed for the system, else for you.\n\n"
        "Example: omnisync service install"
    ),
)
def service() -> None:
    """Group of the commands below."""


@service.command(
    short_help=_("Install the service and start it."),
    help=_(
        "Install the service and start it, now and with every start of the machine. "
        "Where there is no systemd, it says so and prints the unit that would be used."
    ),
)
@click.pass_obj
def install(place: Place) -> None:
    """Install."""
    settings = place.settings()
    manager = Manager.here()
    _tell(unit.install(manager, unit.service_unit(manager, settings.config, writable(settings))))


@service.command(short_help=_("Say how the service is."), help=_("Say how the service is."))
def status() -> None:
    """Status."""
    _tell(unit.status(Manager.here()))


@service.command(
    short_help=_("Stop the service and take it away."),
    help=_("Stop the service and take it away. The configuration and the data stay."),
)
def remove() -> None:
    """Remove."""
    _tell(unit.remove(Manager.here()))


def writable(settings: Settings) -> list[Path]:
    """The folders that the daemon writes to: its data, and where it exchanges files with the ERP."""
    plugins = settings.shop.plugins_folder
    manifests = discover([plugins] if plugins else [])
    folders = [settings.shop.data_folder]
    for connection in (settings.erp, *settings.stores.values()):
        given = connection.for_connector()
        names = [each.name for each in manifests[connection.connector].options if each.type is OptionType.FOLDER]
        folders += [Path(given[name]) for name in names if given.get(name)]
    return list(dict.fromkeys(folders))


def _tell(outcome: Outcome) -> None:
    for line in outcome.text.splitlines():
        say(line)
    if not outcome.done:
        raise click.exceptions.Exit(1)
