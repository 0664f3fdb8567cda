"""`omnisync daemon`: the shop at work, without a screen."""

from __future__ import annotations

import asyncio
import sys

import click

from omnisync.cli.output import tell
from omnisync.cli.place import Place
from omnisync.daemon.lock import only_one
from omnisync.daemon.logs import start_logging
from omnisync.daemon.service import serve
from omnisync.errors import OmniSyncError
from omnisync.shop import Shop
from omnisync.text import _
from omnisync.told import structlog


@click.command(
    short_help=_("Run the shop without a screen until stopped."),
    help=_(
        "Run the shop without a screen until stopped (Ctrl-C, or SIGTERM): read the ERP, take orders in, and keep "
        "every store in step. The other commands talk to it. What it does stands in its log, see `omnisync log`.\n\n"
        "`omnisync service install` has the machine start it by itself.\n\n"
        "Example: omnisync daemon --echo"
    ),
)
@click.option("--echo", is_flag=True, help=_("Write the log to the terminal too, as JSON lines."))
@click.pass_obj
def daemon(place: Place, echo: bool) -> None:
    """Run."""
    shop = Shop(place.settings())
    # Asked before the log is opened, so that a second daemon does not write into the first one's log.
    with only_one(shop.folder):
        watched = sys.stderr.isatty()
    start_logging(shop.folder, shop.hidden, echo=echo or not watched)
    if watched:
        tell(
            _("OmniSync runs on {folder}. Ctrl-C ends it; `omnisync stores` shows how it is doing.").format(
                folder=shop.folder
            )
        )
    try:
        asyncio.run(serve(shop.folder, shop.clock, shop.engine, shop.keeping))
    except OmniSyncError:
        raise
    except Exception as error:
        # Whatever it was, it must stand in the log, where a person and a bug report find it.
        structlog.get_logger().critical("daemon.died", exc_info=error)
        raise OmniSyncError(
            _("The daemon stopped because of a fault in OmniSync; its log has the details: omnisync log")
        ) from error
