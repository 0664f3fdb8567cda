"""Writes docs/commands.md from what the commands say of themselves: python -m tests.cli.manual"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import click

from omnisync.cli.group import entries, omnisync

MANUAL = Path(__file__).parents[2] / "docs" / "commands.md"

HEAD = """\
# The commands

Results go to standard output, messages to standard error. A command ends with 0 when all is well, with 1 when there is
a problem (one sentence says which), and with 2 when it was called wrongly. With `--json`, quantities are thousandths
(1 piece is 1000), amounts are minor units (cents; whole forints), and times are milliseconds UTC.

Before the command's name stand `--config PATH` (another configuration than the usual `omnisync.toml`) and
`--data FOLDER` (another data folder than the configuration's). `NO_COLOR` in the environment switches colours off.

This page is what `omnisync COMMAND --help` says.
"""


def manual() -> str:
    """The whole page."""
    text = HEAD
    for section in dict.fromkeys(entry.section for entry in entries().values()):
        text += f"\n## {section}\n"
        for name, entry in entries().items():
            if entry.section == section:
                text += "".join(f"\n{part}" for part in parts(name))
    return text


def parts(name: str) -> Iterator[str]:
    """The section of a command, and of each of its subcommands."""
    parent = click.Context(omnisync, info_name="omnisync")
    command = omnisync.get_command(parent, name)
    assert command is not None
    context = click.Context(command, parent, info_name=name)
    yield part(context, 3)
    if isinstance(command, click.Group):
        for below, each in command.commands.items():
            yield part(click.Context(each, context, info_name=below), 4)


def part(context: click.Context, level: int) -> str:
    """One command's section."""
    command = context.command
    pieces = [piece for piece in command.collect_usage_pieces(context) if piece != "[OPTIONS]"]
    title = " ".join([context.command_path, *pieces])
    paragraphs = [re.sub(r"^Example: (.*)$", r"Example: `\1`", each) for each in (command.help or "").split("\n\n")]
    text = "\n\n".join([f"{'#' * level} `{title}`", *paragraphs]) + "\n"
    rows = [row for each in command.params if isinstance(each, click.Option) and (row := option(each, context))]
    return text + "\n| option | what it does |\n| --- | --- |\n" + "".join(rows) if rows else text


def option(parameter: click.Option, context: click.Context) -> str:
    """One option's row."""
    record = parameter.get_help_record(context)
    spelling, help_ = record or ("", "")
    cells = [" ".join(text.split()).replace("|", "\\|") for text in (spelling, help_)]
    return f"| `{cells[0]}` | {cells[1]} |\n" if record else ""


if __name__ == "__main__":
    MANUAL.write_text(manual(), "utf-8")
