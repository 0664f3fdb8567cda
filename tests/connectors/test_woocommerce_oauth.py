"""OAuth 1.0a against published and independently computed vectors."""

from __future__ import annotations

import base64
import hashlib
import hmac
import random

from omnisync_plugins.woocommerce.oauth import base_string, signature, signed

from omnisync.testing.clock import ManualClock

# OAuth Core 1.0, appendix A.5: parameters, base string and HMAC-SHA1 as published there.
PHOTOS = {
    "file": "vacation.jpg",
    "size": "original",
    "oauth_consumer_key": "dpf43f3p2l4k3l03",
    "oauth_token": "nnch734d00sl2jdk",
    "oauth_signature_method": "HMAC-SHA1",
    "oauth_timestamp": "1191242096",
    "oauth_nonce": "kllo9940pd9333jh",
    "oauth_version": "1.0",
}
PUBLISHED = (
    "GET&http%3A%2F%2Fphotos.example.net%2Fphotos&file%3Dvacation.jpg%26oauth_consumer_key%3Ddpf43f3p2l4k3l03"
    "%26oauth_nonce%3Dkllo9940pd9333jh%26oauth_signature_method%3DHMAC-SHA1%26oauth_timestamp%3D1191242096"
    "%26oauth_token%3Dnnch734d00sl2jdk%26oauth_version%3D1.0%26size%3Doriginal"
)


def test_base_string_is_the_published_one() -> None:
    text = base_string("get", "http://photos.example.net/photos", PHOTOS)
    assert text == PUBLISHED
    digest = hmac.new(b"kd94hf93k423kf44&pfkkdhi9sl3r4s00", text.encode(), hashlib.sha1).digest()
    assert base64.b64encode(digest).decode() == "tR3+Ty81lMeYAr/Fid0kMTYa/WM="


def test_signature_is_the_one_that_openssl_computes() -> None:
    assert (
        signature("GET", "http://photos.example.net/photos", PHOTOS, "kd94hf93k423kf44")
        == "bevYtewlBg5xaemqdKWdYs8cYFlenGxRImzydSBM47E="
    )


def test_values_are_escaped_twice() -> None:
    # The base string was written by hand, its signature computed with openssl.
    params = {
        "oauth_consumer_key": "ck_1",
        "oauth_nonce": "00000000000000000000000000abcdef",
        "oauth_signature_method": "HMAC-SHA256",
        "oauth_timestamp": "1795292785",
        "modified_after": "2026-11-21T20:06:25",
        "dates_are_gmt": "true",
        "search": "a b~ț",
    }
    assert (
        signature("GET", "http://shop.example/shop/wp-json/wc/v3/orders", params, "cs_1")
        == "9Cv4tlvB1KTpOEVUkKFR2kGKoOcjrDbbr+bqWKxd6m0="
    )


def test_a_request_is_signed_with_the_clock_and_the_randomness_handed_in() -> None:
    clock = ManualClock(1_795_292_785_999)
    first, again = (
        signed("GET", "http://s.example/x", {"page": "2"}, key="ck", secret="cs", clock=clock, rng=random.Random(3))
        for _ in range(2)
    )
    assert first == again
    assert first["page"] == "2"
    assert first["oauth_timestamp"] == "1795292785"
    assert first["oauth_nonce"] == f"{random.Random(3).getrandbits(128):032x}"


def test_two_requests_never_share_a_nonce() -> None:
    rng = random.Random(3)
    one, two = (
        signed("GET", "http://s.example/x", {}, key="k", secret="s", clock=ManualClock(), rng=rng) for _ in "12"
    )
    assert one["oauth_nonce"] != two["oauth_nonce"]
