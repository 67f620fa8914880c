"""The app's files: what is served where, how long it may be kept, and the headers that guard every answer."""

import base64
import gzip
import hashlib
from pathlib import Path

import pytest

from routebook_server.identity.attempts import FREE_BY_ADDRESS
from routebook_server.web.headers import inline_script_hashes
from routebook_server.web.site import AppNotBuiltError, load_site
from server.team import House, make_site, open_house

ASSET = "/_app/immutable/start.0123456789.js"


@pytest.mark.parametrize("path", ["/", "/index.html", "/today", "/customers/01k7n5cng0e0", "/a/b/c", "/apiary"])
async def test_every_screens_address_gets_the_one_page_and_asks_again_each_time(house: House, path: str) -> None:
    answer = await house.client().get(path)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["cache-control"] == "no-cache"
    assert "Routebook" in answer.text


@pytest.mark.parametrize(
    ("path", "media_type"),
    [
        (ASSET, "text/javascript; charset=utf-8"),
        ("/_app/immutable/sqlite3.wasm", "application/wasm"),
        ("/manifest.webmanifest", "application/manifest+json"),
        ("/fonts/inter.woff2", "font/woff2"),
        ("/service-worker.js", "text/javascript; charset=utf-8"),
    ],
)
async def test_each_file_says_what_it_is(house: House, path: str, media_type: str) -> None:
    assert (await house.client().get(path)).headers["content-type"] == media_type


async def test_only_what_has_a_hash_in_its_name_is_kept_for_ever(house: House) -> None:
    kept = {path for path in house.application.site.asset_by_path if path.startswith("/_app/immutable/")}
    assert kept
    for path in house.application.site.asset_by_path:
        cache = (await house.client().get(path)).headers["cache-control"]
        assert cache == ("public, max-age=31536000, immutable" if path in kept else "no-cache")


async def test_a_file_that_the_browser_has_is_not_sent_again(house: House) -> None:
    client = house.client()
    first = await client.get("/")
    again = await client.get("/", headers={"if-none-match": f'"other", {first.headers["etag"]}'})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]


async def test_a_file_is_packed_for_who_takes_it(house: House) -> None:
    client = house.client()
    packed = await client.get(ASSET, headers={"accept-encoding": "gzip, br"})
    plain = await client.get(ASSET, headers={"accept-encoding": "identity"})
    refused = await client.get(ASSET, headers={"accept-encoding": "gzip;q=0"})
    assert packed.headers["content-encoding"] == "gzip"
    assert int(packed.headers["content-length"]) < len(plain.content)
    assert "content-encoding" not in plain.headers
    assert "content-encoding" not in refused.headers
    assert packed.content == plain.content == refused.content
    assert packed.headers["vary"] == "accept-encoding"


def test_what_the_build_has_packed_is_used(tmp_path: Path) -> None:
    site = make_site(tmp_path)
    (site / "index.html.br").write_bytes(b"brotli")
    (site / "index.html.gz").write_bytes(gzip.compress(b"zip"))
    bodies = load_site(site).asset_by_path["/index.html"].body_by_coding
    assert (bodies["br"], gzip.decompress(bodies["gzip"])) == (b"brotli", b"zip")
    assert "/index.html.br" not in load_site(site).asset_by_path


async def test_head_tells_what_get_would_send(house: House) -> None:
    head, get = [await house.client().request(method, ASSET) for method in ("HEAD", "GET")]
    assert head.content == b""
    assert head.headers == get.headers


def test_without_a_built_app_there_is_no_site(tmp_path: Path) -> None:
    with pytest.raises(AppNotBuiltError):
        load_site(tmp_path)


@pytest.mark.parametrize("path", ["/", ASSET, "/today", "/nothing.js"])
async def test_every_file_is_guarded(house: House, path: str) -> None:
    headers = (await house.client().get(path)).headers
    policy = dict(part.split(" ", 1) for part in headers["content-security-policy"].split("; "))
    inline = base64.b64encode(hashlib.sha256(b"let start = 1").digest()).decode()
    assert policy == {
        "default-src": "'self'",
        "script-src": f"'self' 'wasm-unsafe-eval' 'sha256-{inline}'",
        "style-src": "'self' 'unsafe-inline'",
        "img-src": "'self' data: blob:",
        "media-src": "'self' blob:",
        "connect-src": "'self'",
        "worker-src": "'self'",
        "frame-ancestors": "'none'",
        "base-uri": "'none'",
        "form-action": "'self'",
        "object-src": "'none'",
    }
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert headers["cross-origin-embedder-policy"] == "require-corp"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["permissions-policy"] == "geolocation=(self), camera=(self), microphone=(self)"
    assert "strict-transport-security" not in headers
    assert "server" not in headers


async def test_opening_sync_shows_the_sync_screen_though_posting_to_it_is_the_protocol(house: House) -> None:
    answer = await house.client().get("/sync", headers={"accept": "text/html"})
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/html")
    assert "script-src 'self'" in answer.headers["content-security-policy"]


@pytest.mark.parametrize("path", ["/api/health", "/api/session", "/api/nothing", "/sync/more", "/live"])
async def test_every_endpoints_answer_is_guarded_in_few_bytes(house: House, path: str) -> None:
    headers = (await house.client().get(path)).headers
    assert headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert headers["cache-control"] == "no-store"
    assert sum(len(name) + len(value) + 4 for name, value in headers.raw) < 330


async def test_over_https_the_browser_is_told_to_stay_there(house: House) -> None:
    answer = await house.client(origin="https://routebook.test").get("/")
    assert answer.headers["strict-transport-security"] == "max-age=31536000"


def test_only_scripts_that_stand_in_the_page_are_hashed() -> None:
    page = b"<script src='/a.js'></script><script>one</script>\n<SCRIPT type='module'>two\n</SCRIPT>"
    assert inline_script_hashes(page) == [
        f"'sha256-{base64.b64encode(hashlib.sha256(code).digest()).decode()}'" for code in (b"one", b"two\n")
    ]


async def test_the_endpoints_are_described(house: House) -> None:
    schema = (await house.client().get("/api/schema/openapi.json")).json()
    assert schema["info"]["title"] == "Routebook"
    assert "SignIn" in str(schema["paths"]["/api/session"]["post"]["requestBody"])


async def test_answers_of_the_endpoints_are_kept_by_nobody(house: House) -> None:
    client = await house.signed_in("rep")
    for path in ("/api/session", "/api/devices", "/api/health"):
        assert (await client.get(path)).headers["cache-control"] == "no-store"


async def test_what_the_proxy_says_of_the_caller_is_the_last_word_only(tmp_path: Path) -> None:
    async with open_house(tmp_path / "data", trust_proxy=True) as house:
        codes = []
        for number in range(FREE_BY_ADDRESS + 1):
            client = house.client(**{"X-Forwarded-For": f"198.51.100.{number}, 203.0.113.5"})
            body = {"email": f"guess{number}@demo.example", "password": "a wrong one"}
            codes.append((await client.post("/api/session", json=body)).json()["code"])
        assert codes == ["wrong_credentials"] * FREE_BY_ADDRESS + ["rate_limited"]
        other = house.client(**{"X-Forwarded-For": "198.51.100.1"})
        body = {"email": "nobody@demo.example", "password": "a wrong one"}
        assert (await other.post("/api/session", json=body)).json()["code"] == "wrong_credentials"
