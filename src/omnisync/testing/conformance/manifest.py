"""What a manifest must say, before any code of the plugin runs."""

from __future__ import annotations

from collections.abc import Mapping

from omnisync.connect.loader import Manifest, Option, OptionType, Role, load, plugin_in
from omnisync.testing.conformance.result import Checks, Failed, expect, listed

CHECKS: Checks[Manifest] = Checks("manifest")

_KINDS: Mapping[OptionType, type] = {OptionType.INTEGER: int, OptionType.BOOLEAN: bool}


@CHECKS.add
async def is_readable(plugin: Manifest) -> None:
    """manifest.toml says name, title, role, summary and protocol, so that a plugin can be shown without running it."""
    expect(not plugin.broken, plugin.broken)
    again = plugin_in(plugin.folder)
    expect(not again.broken, again.broken)
    expect(plugin.name == plugin.name.lower().strip(), f"the name {plugin.name!r} is not in small letters")
    expect("\n" not in plugin.title + plugin.summary, "title and summary are one line each")


@CHECKS.add
async def explains_every_option(plugin: Manifest) -> None:
    """Every option has a help, and a required one no default, so that a person can fill it in from that alone."""
    for option in plugin.options:
        expect(option.name.isidentifier() and option.name.islower(), f"the option's name {option.name!r} is no key")
        expect(len(option.help.split()) > 1, f"the help of {option.name} says nothing: {option.help!r}")
        expect(not (option.required and option.default is not None), f"{option.name} is required and has a default")


@CHECKS.add
async def has_fitting_defaults(plugin: Manifest) -> None:
    """A default is of its option's type, and a secret has none: a key that everybody has is no key."""
    for option in plugin.options:
        if option.type is OptionType.CHOICE:
            expect(option.choices, f"{option.name} is a choice without choices")
        if option.default is not None:
            expect(_fits(option), f"the default of {option.name} is {option.default!r}")
            expect(option.type is not OptionType.SECRET, f"the secret {option.name} has a default")


@CHECKS.add
async def leaves_the_shops_words_alone(plugin: Manifest) -> None:
    """No option is called like a setting of OmniSync's own, which stands in the same table and would take its value."""
    from omnisync.settings.shape import ErpSettings, StoreSettings

    own = (StoreSettings if plugin.role is Role.STORE else ErpSettings).model_fields
    taken = [option.name for option in plugin.options if option.name in own]
    expect(not taken, f"these names are taken: {listed(taken)}")


@CHECKS.add
async def can_be_loaded(plugin: Manifest) -> None:
    """connector.py can be imported and has connect(options, context), the door that the engine comes in by."""
    module = load(plugin)
    expect(callable(getattr(module, "connect", None)), "connector.py has no function connect(options, context)")


@CHECKS.add
async def comes_with_a_manual(plugin: Manifest) -> None:
    """README.md stands beside it and names every option, because it is what a shop owner sets it up by."""
    readme = plugin.folder / "README.md"
    if not readme.is_file():
        raise Failed("there is no README.md")
    text = readme.read_text("utf-8")
    unnamed = [option.name for option in plugin.options if option.name not in text]
    expect(not unnamed, f"README.md does not name: {listed(unnamed)}")


@CHECKS.add
async def has_something_to_be_tried_on(plugin: Manifest) -> None:
    """A store comes with sandbox.py, an ERP with conformance.py: what can't be tried can't be trusted."""
    part = "sandbox" if plugin.role is Role.STORE else "conformance"
    expect((plugin.folder / f"{part}.py").is_file(), f"there is no {part}.py")
    function = "sandbox" if plugin.role is Role.STORE else "source"
    expect(callable(getattr(load(plugin, part), function, None)), f"{part}.py has no function {function}")


def _fits(option: Option) -> bool:
    if option.type is OptionType.CHOICE:
        return option.default in option.choices
    # True is an int too.
    return type(option.default) is _KINDS.get(option.type, str)
