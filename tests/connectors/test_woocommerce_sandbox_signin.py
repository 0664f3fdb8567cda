"""Who the sandbox lets in, and how it refuses the others (facts/real-woocommerce.md 2)."""

from __future__ import annotations

import base64
import hashlib
import hmac
from urllib.parse import quote

import pytest

from .woocommerce_shop import HTTP, HTTPS, KEYS, MUG, many, opened, recorded_refusal


@pytest.mark.parametrize(
    ("name", "base", "auth"),
    [
        ("no_auth", HTTPS, None),
        ("wrong_key", HTTPS, ("ck_unknown", "cs_sandbox")),
        ("wrong_secret", HTTPS, ("ck_sandbox", "cs_wrong")),
        ("http_basic", HTTP, KEYS),
    ],
)
async def test_who_is_refused_how(name: str, base: str, auth: tuple[str, str] | None) -> None:
    async with opened() as shop:
        shop.raw.auth = auth  # type: ignore[assignment]
        await recorded_refusal(shop, name, "GET", f"{base}/wp-json/wc/v3/products")


async def test_keys_in_the_query_count_on_https_only_and_come_back_in_the_link() -> None:
    async with opened(*many(3)) as shop:
        shop.raw.auth = None  # type: ignore[assignment]
        params = {"consumer_key": KEYS[0], "consumer_secret": KEYS[1], "per_page": "1"}
        answer = await shop.raw.get("products", params=params)
        assert answer.status_code == 200
        assert KEYS[1] in answer.headers["link"]
        await recorded_refusal(shop, "http_query_keys", "GET", f"{HTTP}/wp-json/wc/v3/products", params=params)


async def test_read_only_key() -> None:
    async with opened(MUG) as shop:
        shop.raw.auth = ("ck_reader", "cs_reader")
        assert (await shop.raw.get("products")).status_code == 200
        await recorded_refusal(
            shop, "ro_key_write", "PUT", f"products/{shop.id_of(MUG.name)}", json={"stock_quantity": 5}
        )
        await recorded_refusal(shop, "ro_key_batch", "POST", "products/batch", json={})


async def test_a_proxy_that_tells_of_https_lets_basic_in() -> None:
    async with opened() as shop:
        url = f"{HTTP}/wp-json/wc/v3/products"
        assert (await shop.raw.get(url, headers={"X-Forwarded-Proto": "https"})).status_code == 200


def oauth(
    method: str, url: str, params: dict[str, str], at: int, nonce: str, *, secret: str = "cs_sandbox"
) -> dict[str, str]:
    """A signed query, computed here once more from the standard."""
    whole = params | {
        "oauth_consumer_key": "ck_sandbox",
        "oauth_nonce": nonce,
        "oauth_signature_method": "HMAC-SHA1",
        "oauth_timestamp": str(at),
    }
    pairs = "&".join(f"{quote(k, safe='~')}={quote(v, safe='~')}" for k, v in sorted(whole.items()))
    text = f"{method}&{quote(url, safe='')}&{quote(pairs, safe='~')}"
    digest = hmac.new(f"{secret}&".encode(), text.encode(), hashlib.sha1).digest()
    return whole | {"oauth_signature": base64.b64encode(digest).decode()}


async def test_oauth_over_http() -> None:
    async with opened(MUG) as shop:
        shop.raw.auth = None  # type: ignore[assignment]
        url = f"{HTTP}/wp-json/wc/v3/products"
        now = shop.clock.now() // 1000

        async def answer(params: dict[str, str]) -> tuple[int, str]:
            got = await shop.raw.get(url, params=params)
            return got.status_code, "" if got.status_code == 200 else got.json()["message"]

        good = oauth("GET", url, {"search": "a b&c/ț"}, now, "n1")
        assert await answer(good) == (200, "")
        assert await answer(good) == (401, "Invalid nonce - nonce has already been used.")
        mismatch = (401, "Invalid signature - provided signature does not match.")
        assert await answer(oauth("GET", url, {}, now, "n2") | {"page": "2"}) == mismatch
        assert await answer(oauth("POST", url, {}, now, "n3")) == mismatch
        assert await answer(oauth("GET", url, {}, now, "n4", secret="cs_wrong")) == mismatch
        assert await answer(oauth("GET", url, {}, now - 901, "n5")) == (401, "Invalid timestamp.")
        assert await answer(oauth("GET", url, {}, now - 899, "n6")) == (200, "")
        assert (await answer({"oauth_consumer_key": "ck_sandbox"}))[0] == 401


async def test_plain_permalinks_leave_index_php_only() -> None:
    async with opened() as shop:
        shop.sandbox.plain_permalinks = True
        assert (await shop.raw.get("products")).status_code == 404
        assert (await shop.raw.get(f"{HTTPS}/index.php/wp-json/wc/v3/products")).json() == []
