"""`omnisync sandbox`: a platform to try things on, on this machine."""

from __future__ import annotations

from pathlib import Path

import click
import msgspec

from omnisync.cli.place import Place
from omnisync.connect.sandbox import Profile
from omnisync.demo.serve import Opened, Wish, serve
from omnisync.folders import plugins_folder
from omnisync.text import _


@click.command(
    short_help=_("Run a pretended store of one platform."),
    help=_(
        "Run a pretended store of PLATFORM (trendyol, woocommerce ...) on this machine until Ctrl-C: it answers as the "
        "platform does, and knows nobody but you. When it is ready it prints one line of JSON: where it is, and what to "
        "write into the configuration to connect to it.\n\n"
        "Example: omnisync sandbox woocommerce --port 8080 --currency HUF"
    ),
)
@click.argument("platform", metavar="PLATFORM")
@click.option(
    "--port",
    metavar="N",
    type=click.IntRange(0, 65535),
    default=0,
    help=_("The port to listen on; without it, a free one."),
)
@click.option(
    "--profile",
    type=click.Choice([each.value for each in Profile]),
    default=Profile.REALISTIC.value,
    show_default=True,
    help=_("How it behaves: as on an ordinary day, without any delay, or with frequent faults."),
)
@click.option("--seed", metavar="N", type=int, help=_("What happens by chance is the same for the same number."))
@click.option("--currency", metavar="CODE", default="TRY", show_default=True, help=_("The currency of its prices."))
@click.option(
    "--seed-file", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help=_('Products to put on sale: a JSON list of {"code", "name", "price", "stock", "barcode"}.'),
)  # fmt: skip
@click.pass_obj
def sandbox(
    place: Place, platform: str, port: int, profile: str, seed: int | None, currency: str, seed_file: Path | None
) -> None:
    """Run."""

    def ready(opened: Opened) -> None:
        click.echo(msgspec.json.encode(opened))

    plugins = plugins_folder(place.config, place.environment)
    wish = Wish(platform, port, Profile(profile), seed, currency, str(seed_file or ""), str(plugins or ""))
    serve(wish, ready)
