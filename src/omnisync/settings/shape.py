"""What can be configured: one frozen model per table of omnisync.toml.

The docstring under each field is its manual entry; docs/configuration.md repeats it word for word
(tests/unit/test_settings_docs.py).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    SkipValidation,
    model_validator,
)
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from omnisync.folders import DEFAULT_TIMEZONE, default_data_folder, is_timezone
from omnisync.model.comma_list import parted
from omnisync.model.money import currency_code
from omnisync.model.price import parse_rounding
from omnisync.model.quantity import PIECE
from omnisync.model.rules import Owner
from omnisync.text import _

_STORE_NAME = re.compile(r"[a-z][a-z0-9]*([-_][a-z0-9]+)*")


def _words(value: object) -> object:
    """A list may come from the environment as one text with commas."""
    return parted(value) if isinstance(value, str) else value


def _scaled(value: object, scale: int, what: str) -> int:
    try:
        amount = Decimal(str(value)) * scale
        if isinstance(value, bool) or amount != int(amount):
            raise ValueError
    except (InvalidOperation, ValueError, OverflowError):
        raise ValueError(what) from None
    return int(amount)


def _thousandths(value: object) -> int:
    return _scaled(value, PIECE, _("a number of pieces is expected, e.g. 2, or 0.5 for weighed goods"))


def _hundredths(value: object) -> int:
    return _scaled(value, 100, _("a percentage with at most two decimals is expected, e.g. 12.5"))


def _currency(value: str) -> str:
    try:
        return currency_code(value)
    except ValueError:
        raise ValueError(_("a currency of three letters is expected, e.g. TRY, HUF, RON or EUR")) from None


def _timezone(value: str) -> str:
    if not is_timezone(value):
        raise ValueError(_("a time zone is expected, e.g. Europe/Istanbul or Europe/Budapest"))
    return value


def _wrong(*key: str, text: str) -> PydanticCustomError:
    """What is wrong with one field in the light of the others."""
    return PydanticCustomError("setting", "{error}", {"key": key, "error": text})


def store_name(name: str) -> str:
    """The name if a store may bear it. Raises ValueError with what is expected."""
    if not _STORE_NAME.fullmatch(name) or len(name) > 32 or name == "erp":
        raise ValueError(
            _(
                "a store's name is small letters, digits and single dashes, at most 32 characters, e.g. trendyol or woo-hu"
            )
        )
    return name


Words = Annotated[tuple[str, ...], BeforeValidator(_words)]
Quantity = Annotated[int, BeforeValidator(_thousandths), Field(ge=0)]
Percent = Annotated[int, Field(ge=0, le=100)]
Markup = Annotated[int, BeforeValidator(_hundredths), Field(ge=-10_000, le=1_000_000)]
Seconds = Annotated[float, Field(gt=0, le=7 * 86400)]
Currency = Annotated[str, AfterValidator(_currency)]
OptionValue = SecretStr | bool | int | str


class Release(StrEnum):
    """What tells that the goods of an order are out of the ERP's balances, so that its reservation may go."""

    ERP = "erp"
    STORE_SHIPPED = "store-shipped"
    BALANCE = "balance"


class Table(BaseModel):
    """Base of every table: it can't be changed after loading, and a key that it doesn't know is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True, coerce_numbers_to_str=True)


class ShopSettings(Table):
    """The shop itself."""

    name: Annotated[str, Field(min_length=1)]
    """The shop's name, as it stands on the screen."""

    language: Literal["en", "tr", "hu", "ro", "sl"] = "en"
    """The language of screens and messages, and how numbers are written: en, tr, hu, ro or sl."""

    timezone: Annotated[str, AfterValidator(_timezone)] = DEFAULT_TIMEZONE
    """The time zone in which times are shown, e.g. Europe/Istanbul."""

    currency: Currency = "EUR"
    """The currency of the ERP's prices, and of a store that names none."""

    data_folder: Path = Field(default_factory=default_data_folder)
    """Where the database, the logs and the socket are kept. Without it: the system's folder for a user's data."""

    secrets_folder: Path | None = None
    """A folder with one file per secret, e.g. `stores.trendyol.api_key`, which only you can read."""

    plugins_folder: Path | None = None
    """A folder with connectors of your own, beside those that come with OmniSync."""


class Connection(Table):
    """What the ERP and every store have: a connector and that connector's own options."""

    connector: str
    """The connector's name. Its own options stand in the same table; its README lists them."""

    # Checked by the manifest; pydantic would make a secret of every text.
    options: Mapping[str, Annotated[OptionValue, SkipValidation]] = {}
    """What the connector is given, secrets wrapped. In the file its keys stand directly in the table."""

    def for_connector(self) -> dict[str, Any]:
        """The connector's options with the secrets in plain text; never log or show them."""
        return {
            name: value.get_secret_value() if isinstance(value, SecretStr) else value
            for name, value in self.options.items()
        }


class ErpSettings(Connection):
    """The program that knows products, balances and prices."""

    balances_every: Seconds = 30
    """How many seconds lie between two looks at the balances. A connector that notices changes looks at once."""

    catalogue_every: Seconds = 300
    """How many seconds lie between two looks at products, prices and customers."""

    orders_every: Seconds = 30
    """How many seconds lie between two looks at what became of the orders that were handed over."""

    release: Release = Release.ERP
    """When a sold piece's reservation ends: "erp" when the ERP reports the order as posted or shipped,
    "store-shipped" when the store says that it was shipped, "balance" when a balance read after the order was
    handed over shows it. It never ends before balances have been read again, so that nothing is sold twice."""

    export_orders: bool = True
    """Whether orders from the stores are handed over to the ERP."""


class GuardSettings(Table):
    """When a change is so suspicious that it waits for a person."""

    zeros_percent: Percent = 30
    """Hold a read of balances in which more than this share of the products in stock falls to zero at once."""

    zeros_count: Annotated[int, Field(ge=0)] = 20
    """... but only when at least this many products do."""

    shrink_percent: Percent = 30
    """Hold a read of products or balances that has lost more than this share of its rows."""

    price_down_percent: Percent = 50
    """Hold a price that falls by more than this at once; 0 switches it off."""

    price_up_percent: Annotated[int, Field(ge=0)] = 100
    """Hold a price that rises by more than this at once; 0 switches it off."""

    below_cost: bool = True
    """Hold a price that is lower than what the product cost."""

    margin_percent: Annotated[int, Field(ge=0)] = 0
    """Hold a price that is not at least this much above what the product cost; needs `below_cost`."""

    zeros_worth: Annotated[int, Field(ge=0)] = 0
    """Hold quantities that fall to zero at once when the goods shown so far were worth more than this many whole
    units of the store's currency, e.g. 50000; 0 switches it off."""

    changes_percent: Percent = 60
    """Hold changes of a store when more than this share of its listings changes at once; 0 switches it off.
    Quantities that fall and stay above zero go all the same, or too much would be sold. The first push of a store,
    which you have seen as a plan, doesn't count."""

    changes_count: Annotated[int, Field(ge=0)] = 200
    """... but only when at least this many listings change."""


class LastPieceSettings(Table):
    """How the last pieces of a product are sold, so that two stores do not sell the same one."""

    under: Quantity = 0
    """With fewer pieces than this left, only one store offers them; 0: all stores do."""

    prefer: Words = ()
    """The stores that offer the last pieces, the most preferred first. Without it: the store that sells the product best."""

    follow_sales: bool = False
    """Whether the other stores keep back what usually sells before a sale elsewhere reaches them: nothing of what sells
    slowly, more of what sells by the hour."""


class KeepingSettings(Table):
    """Backups, and how long old events are kept as they are."""

    backups_folder: Path | None = None
    """Where the daily backups go, best on another disk. Without it: `backups` in the data folder."""

    daily_backups: Annotated[int, Field(ge=1)] = 14
    """Of how many days the backup is kept."""

    monthly_backups: Annotated[int, Field(ge=0)] = 12
    """Of how many months one backup is kept besides."""

    unpacked_days: Annotated[int, Field(ge=1)] = 30
    """After how many days events are packed into a quarter of their size; nothing is lost by it, and all is still shown."""


class StoreSettings(Connection):
    """One store: what it sells, at what price, and how often it is asked."""

    name: str
    """The table's own name: [stores.NAME]."""

    active: bool = True
    """Whether OmniSync speaks to this store at all."""

    warehouses: Annotated[Words, Field(min_length=1)]
    """The warehouses whose stock this store may sell; several are summed."""

    orders_from: str = ""
    """The warehouse that this store's orders are taken from, one of the above. Without it: the first one."""

    price_list: str = ""
    """The ERP's price list whose prices this store shows. Needed unless `push_price` is off."""

    currency: Currency = ""
    """The store's currency. Without it: the shop's."""

    markup: Markup = 0
    """Percent added to the list price, e.g. 12.5; a negative one lowers it."""

    rounding: str = ""
    """How prices are rounded: "0.05" to that step, ".99" to that ending, "x90" to prices ending in 90. Empty: not."""

    floor_list: str = ""
    """The ERP's price list in which each product's lowest price stands, in the store's currency: a lower price is held
    until you say yes. For a shop of files that is one more column of the prices. Without it: no product has such a floor."""

    floors: Mapping[str, Annotated[Decimal, Field(gt=0)]] = {}
    """The same for all products of a category that are not on that list, e.g. `{ "Kalem" = 5, "Defter" = 12.50 }`."""

    buffer: Quantity = 0
    """Pieces that are kept back: a store shows what is available less this."""

    cap: Quantity = 0
    """The most pieces that the store is ever shown; 0: no limit."""

    daily_cap: Annotated[int, Field(ge=0)] = 0
    """The most changes that are sent to this store within 24 hours; all others wait for a yes. Quantities that fall go
    all the same. 0: any number."""

    push_stock: bool = True
    """Whether OmniSync writes stock to this store."""

    push_price: bool = True
    """Whether OmniSync writes prices to this store."""

    order_series: str = ""
    """What the numbers of this store's orders begin with in the ERP, e.g. TY-."""

    exempt_categories: Words = ()
    """Categories that are shown as in stock whatever the balance, e.g. things made to order."""

    exempt_figure: Quantity = 99 * PIECE
    """How many pieces of an exempt product the store shows."""

    orders_every: Seconds = 60
    """How many seconds lie between two looks for new and changed orders."""

    audit_every: Seconds = 3 * 3600
    """How many seconds lie between two audits: the store's whole list is read, new listings are found, and every
    figure is compared with what the store should show. Figures older than twice this are red on the screen."""

    stock_owner: Owner = Owner.ERP
    """Whose word counts when somebody changed a quantity at the store. "erp": ERP owns it, what is wanted is sent
    again. "store": store owns it, its quantity is believed and nothing is ever sent. "ask": you are asked."""

    price_owner: Owner = Owner.ERP
    """The same for prices. With "ask", accepting the store's price makes it this store's own price."""

    @model_validator(mode="before")
    @classmethod
    def _first_warehouse(cls, values: Any) -> Any:
        if isinstance(values, dict) and not values.get("orders_from"):
            warehouses = _words(values.get("warehouses"))
            if isinstance(warehouses, list) and warehouses:
                return {**values, "orders_from": warehouses[0]}
        return values

    @model_validator(mode="after")
    def _agree(self) -> Self:
        if self.orders_from not in self.warehouses:
            text = _("it must be one of the warehouses, or what is sold there would still be offered here")
            raise _wrong("orders_from", text=text)
        if self.push_price and not self.price_list:
            text = _("it is missing: name the ERP's price list, or set push_price = false")
            raise _wrong("price_list", text=text)
        try:
            if self.rounding:
                parse_rounding(self.rounding, self.currency)
        except ValueError as error:
            raise _wrong("rounding", text=str(error)) from None
        return self


class ScreenSettings(Table):
    """How the screens look."""

    theme: Literal["auto", "dark", "light", "sixteen"] = "auto"
    """The colours: dark, light, or sixteen for the terminal's own; auto looks at what the terminal says of itself.
    NO_COLOR in the environment does without."""


class Settings(BaseSettings):
    """The whole configuration, checked."""

    model_config = SettingsConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    shop: ShopSettings
    erp: ErpSettings
    guard: GuardSettings = GuardSettings()
    last_pieces: LastPieceSettings = LastPieceSettings()
    keeping: KeepingSettings = KeepingSettings()
    stores: Mapping[str, StoreSettings] = {}
    screen: ScreenSettings = ScreenSettings()

    keys: Mapping[str, str] = {}
    """Other keys for what the screens do, by the name that F1 shows: `"products.update" = "f5,ctrl+u"`."""

    config: Path
    """The file that it was read from."""

    @model_validator(mode="after")
    def _stores_are_known(self) -> Self:
        for name in self.last_pieces.prefer:
            if name not in self.stores:
                text = _("there is no store called {name}; there are: {known}")
                raise _wrong("last_pieces", "prefer", text=text.format(name=name, known=", ".join(self.stores)))
        return self

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Only what `omnisync.settings.sources` has merged.

        The library's own sources can't find a store whose name has a dash, nor say in which line or
        variable a wrong value stands.
        """
        return (init_settings,)
