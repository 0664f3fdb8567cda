"""`omnisync demo`: a sample shop at work, which leaves nothing behind."""

from __future__ import annotations

import sys

import click

from omnisync.cli.output import somebody_watches
from omnisync.connect.sandbox import Profile
from omnisync.demo.place import SAMPLE_PRODUCTS
from omnisync.demo.run import Wish
from omnisync.demo.run import demo as run_demo
from omnisync.text import _


@click.command(
    short_help=_("Run a sample shop with three pretended stores."),
    help=_(
        "Run a sample shop with three pretended stores: buyers order and cancel, a clerk posts the orders and receives "
        "goods, and OmniSync keeps everything in step. It works in a folder of its own, never on your data, and leaves "
        "nothing behind. At the end every store is asked what it really shows; the exit code is 1 when that is not what "
        "OmniSync has as confirmed.\n\n"
        "Example: omnisync demo --for 60"
    ),
)
@click.option("--headless", is_flag=True, help=_("Print a line now and then instead of opening the screens."))
@click.option(
    "--for", "seconds", metavar="SECONDS", type=click.FloatRange(min=0), help=_("How long; without it, until Ctrl-C.")
)
@click.option(
    "--seed", metavar="N", type=int, default=1, show_default=True, help=_("The same number gives the same buyers.")
)
@click.option(
    "--products",
    metavar="N",
    type=click.IntRange(min=10),
    default=SAMPLE_PRODUCTS,
    show_default=True,
    help=_("How many products the shop has."),
)
@click.option(
    "--profile",
    type=click.Choice([each.value for each in Profile]),
    default=Profile.REALISTIC.value,
    show_default=True,
    help=_("How the stores behave: as on an ordinary day, without any delay, or with frequent faults."),
)
@click.option("--json", "as_json", is_flag=True, help=_("Print the summary as JSON; the rest goes to stderr."))
@click.option("--keep", is_flag=True, help=_("Keep the folder with everything in it."))
@click.pass_context
def demo(
    ctx: click.Context, headless: bool, seconds: float | None, seed: int, products: int, profile: str, as_json: bool,
    keep: bool,
) -> None:  # fmt: skip
    """Run."""
    screens = somebody_watches() and sys.stderr.isatty() and not (headless or as_json)
    ctx.exit(run_demo(Wish(seconds, seed, products, Profile(profile), headless, as_json, keep, screens)))
