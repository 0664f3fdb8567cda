"""The command `omnisync` itself: what commands there are, and what all of them have in common.

The list of commands and their one line of help stand here, so that `omnisync --help` imports none of
them; a test holds them equal to what the commands say of themselves.
"""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import click

from omnisync import __version__
from omnisync.errors import OmniSyncError
from omnisync.text import _


class Entry(NamedTuple):
    """A command that is not imported yet: its section in the help, its module, its one line of help."""

    section: str
    module: str
    help: str


def entries() -> Mapping[str, Entry]:
    """Every command by its name, in the order of the help."""
    here = __package__
    look, act, shop, data = _("Look"), _("Act"), _("Set up and run"), _("Care for the data")
    return {
        "products": Entry(look, f"{here}.products", _("All products with every warehouse's and store's figures.")),
        "orders": Entry(look, f"{here}.orders", _("Orders of all stores, the newest first.")),
        "stores": Entry(look, f"{here}.stores", _("How each store is doing, and what waits for you.")),
        "why": Entry(look, f"{here}.why", _("Why a store shows the figure that it shows.")),
        "events": Entry(look, f"{here}.events", _("What happened: everything, or one product or order.")),
        "log": Entry(look, f"{here}.log", _("What the daemon wrote into its log.")),
        "audit": Entry(look, f"{here}.audit", _("Compare what the stores really show with what they should.")),
        "plan": Entry(look, f"{here}.plan", _("What would be sent, the strangest first; sends nothing.")),
        "update": Entry(act, f"{here}.update", _("Send stock and prices to the stores now.")),
        "price": Entry(act, f"{here}.price", _("Give a product a price of its own in one store.")),
        "reprice": Entry(act, f"{here}.reprice", _("Give many products prices of their own in one store.")),
        "undo": Entry(act, f"{here}.undo", _("Take back what was done last, or earlier.")),
        "exclude": Entry(act, f"{here}.exclude", _("Stop sending a product's stock or price to a store.")),
        "include": Entry(act, f"{here}.include", _("Send a product's stock or price to a store again.")),
        "release": Entry(act, f"{here}.release", _("Say yes to a change that was held back as suspicious.")),
        "reject": Entry(act, f"{here}.reject", _("Say no to a change that was held back as suspicious.")),
        "retry": Entry(act, f"{here}.retry", _("Send again what a store refused.")),
        "go": Entry(act, f"{here}.go", _("Begin to send to a new store, after a look at its plan.")),
        "quarantine": Entry(
            act, f"{here}.quarantine", _("What was set aside: see it, mend it, try it again, or dismiss it.")
        ),
        "link": Entry(act, f"{here}.link", _("Say which product a store's listing is.")),
        "pause": Entry(act, f"{here}.pause", _("Stop sending anything to a store for a while.")),
        "resume": Entry(act, f"{here}.resume", _("Send to a paused store again.")),
        "pull": Entry(act, f"{here}.pull", _("Ask the ERP or a store for news now.")),
        "init": Entry(shop, f"{here}.init_command", _("Write a configuration, asking only what is needed.")),
        "check": Entry(shop, f"{here}.check", _("Test everything and say what is wrong and what to do.")),
        "daemon": Entry(shop, f"{here}.daemon", _("Run the shop without a screen until stopped.")),
        "service": Entry(shop, f"{here}.service", _("Run the daemon as a service of this machine.")),
        "demo": Entry(shop, f"{here}.demo", _("Run a sample shop with three pretended stores.")),
        "sandbox": Entry(shop, f"{here}.sandbox", _("Run a pretended store of one platform.")),
        "connector": Entry(
            shop, f"{here}.connector", _("Show the connectors, and test whether one keeps its promises.")
        ),
        "backup": Entry(data, f"{here}.backup", _("Write a copy of the database to a file.")),
        "backups": Entry(data, f"{here}.backups", _("Which backups there are, and how the last one went.")),
        "restore": Entry(data, f"{here}.restore", _("Put a backup in the place of the database.")),
        "forget": Entry(data, f"{here}.forget", _("Erase everything personal of one customer, for good.")),
        "verify": Entry(data, f"{here}.verify", _("Prove that the tables are what the log says.")),
        "rebuild": Entry(data, f"{here}.rebuild", _("Make the tables anew from the log.")),
    }


class LazyGroup(click.Group):
    """A group that imports a command when it is asked for, and turns every known error into one sentence."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names, in the order of the help."""
        return [*entries()]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command, imported now."""
        return get_command(cmd_name)

    def get_help(self, ctx: click.Context) -> str:
        """The help in the language of the shop."""
        from omnisync.cli.place import Place

        Place(None, None).speak()
        return super().get_help(ctx)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The commands by section."""
        known = entries()
        longest = max(map(len, known))
        for section in dict.fromkeys(entry.section for entry in known.values()):
            with formatter.section(section):
                rows = [(name.ljust(longest), entry.help) for name, entry in known.items() if entry.section == section]
                formatter.write_dl(rows)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Know the place and its language before a command is imported, so that its help is in it too."""
        from omnisync.cli.place import Place

        rest = super().parse_args(ctx, args)
        if os.environ.get("NO_COLOR"):
            ctx.color = False
        place = Place(ctx.params["config"], ctx.params["data"])
        place.speak()
        ctx.obj = place
        return rest

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command; for a word that is none, the nearest one is named."""
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            from omnisync.settings.problems import nearest

            raise click.UsageError(error.message + nearest(args[0], entries()), ctx) from None

    def invoke(self, ctx: click.Context) -> object:
        """Run the command; what went wrong in a known way is one sentence on stderr and exit code 1."""
        from omnisync.cli.output import tell

        try:
            return super().invoke(ctx)
        except OmniSyncError as error:
            tell(str(error), colour="red")
            ctx.exit(1)


def get_command(name: str) -> click.Command | None:
    """The command of that name, imported now."""
    entry = entries().get(name)
    if entry is None:
        return None
    command: click.Command = getattr(importlib.import_module(entry.module), name)
    return command


@click.group(
    cls=LazyGroup,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    help=_(
        "OmniSync keeps one shop's stock and prices in step with every store it sells on.\n\n"
        "`omnisync` alone opens the screens, which set a new shop up too. "
        "`omnisync demo` shows it at work, `omnisync init` writes a configuration without the screens. "
        "`omnisync COMMAND --help` explains a command."
    ),
)
@click.option(
    "--config", metavar="PATH", type=click.Path(path_type=Path, dir_okay=False),
    help=_("The configuration to use, if it is not the usual omnisync.toml."),
)  # fmt: skip
@click.option(
    "--data", metavar="FOLDER", type=click.Path(path_type=Path, file_okay=False),
    help=_("The data folder to use, if it is not the configuration's."),
)  # fmt: skip
@click.version_option(__version__, "--version", prog_name="OmniSync", message="%(prog)s %(version)s")
@click.pass_context
def omnisync(ctx: click.Context, config: Path | None, data: Path | None) -> None:
    """Open the screens when no command is named; where nobody sees them, say what there is."""
    del config, data  # LazyGroup.parse_args has made the place of them.
    if ctx.invoked_subcommand is not None:
        return
    if sys.stdin.isatty() and sys.stdout.isatty():
        from omnisync.screen import open_screen

        chosen = get_command(open_screen(ctx.obj.config, ctx.obj.environment))
        if chosen is not None:
            ctx.invoke(chosen)
    else:
        click.echo(ctx.get_help())
