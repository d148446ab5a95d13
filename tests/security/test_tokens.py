"""Tokens that are forged, odd or over: none opens a door, and none makes the server stumble."""

import asyncio
import base64
import hashlib
import hmac
import json
import stat
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import jwt
import orjson
import pytest
from argon2 import extract_parameters
from argon2.low_level import Type

from server_stub.clock import SystemClock, TimeOrderedIds
from server_stub.services.people import credentials
from server_stub.services.people.caller import Caller
from server_stub.sessions.access_tokens import AccessTokens, UnusableSecret, secret_of
from server_stub.settings import Settings
from tests.kit.bearers import PLACES, Bearers, verdict
from tests.kit.clients import Person

PROBE = "/api/v1/realtime/conflicts"
NOW_S = 1_772_000_000


def encoded(part: object) -> str:
    raw = part if isinstance(part, bytes) else json.dumps(part).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def signed(
    claims: object, secret: bytes, header: dict[str, Any] | None = None, digest: str = "sha256"
) -> str:
    """A token as the server would sign it, of any claims, under any header."""
    start = f"{encoded({'alg': 'HS256', 'typ': 'JWT'} | (header or {}))}.{encoded(claims)}"
    return f"{start}.{encoded(hmac.new(secret, start.encode(), digest).digest())}"


def sound_claims(world: Bearers, person: Person) -> dict[str, Any]:
    claims = jwt.decode(person.access_token, world.secret, algorithms=["HS256"], audience="evertill")
    return dict(claims)


def without(claims: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in claims.items() if key != name}


ODD_VALUES: tuple[Any, ...] = (None, "", 7, 1.5, True, [], {}, [None], {"a": 1}, "a/b", "x" * 65, "\x00")
MAY_BE_LEFT_OUT = {"did", "fam"}


def forged(world: Bearers) -> dict[str, str]:
    """Tokens of which each would open a door if the server took its eye off one thing."""
    alice = world.person("alice", "manager")
    good, secret = alice.access_token, world.secret
    claims = sound_claims(world, alice)
    head, body, signature = good.split(".")
    admin = encoded(claims | {"role": "admin"})
    tokens = {f"alg {alg}": f"{encoded({'alg': alg})}.{body}." for alg in ("none", "None", "NONE", "nOnE")}
    tokens |= {
        "no alg at all, no signature": f"{encoded({'typ': 'JWT'})}.{body}.",
        "alg none, our signature": f"{encoded({'alg': 'none', 'typ': 'JWT'})}.{body}.{signature}",
        "alg is a list": f"{encoded({'alg': ['HS256']})}.{body}.{signature}",
        "HS384": signed(claims, secret, {"alg": "HS384"}, "sha384"),
        "HS512": signed(claims, secret, {"alg": "HS512"}, "sha512"),
        "RS256 over our secret as its public key": signed(claims, secret, {"alg": "RS256"}),
        "ES256": signed(claims, secret, {"alg": "ES256"}),
        "hs256 in small letters": signed(claims, secret, {"alg": "hs256"}),
        "another secret": signed(claims, b"x" * 32),
        "an empty secret": signed(claims, b""),
        "the secret as hex": signed(claims, secret.hex().encode()),
        "own key by jwk": signed(
            claims, b"mine" * 8, {"jwk": {"kty": "oct", "k": encoded(b"mine" * 8)}, "kid": "mine"}
        ),
        "key by a path in kid": signed(claims, b"", {"kid": "../../../../dev/null"}),
        "key by SQL in kid": signed(claims, b"mine", {"kid": "x' UNION SELECT 'mine' --"}),
        "key by jku": signed(claims, b"mine", {"jku": "http://127.0.0.1:1/keys"}),
        "key by x5u": signed(claims, b"mine", {"x5u": "http://127.0.0.1:1/cert"}),
        "critical extension": signed(claims, secret, {"crit": ["exp-later"], "exp-later": True}),
        "payload changed": f"{head}.{admin}.{signature}",
        "signature cut": good[:-4],
        "signature gone": f"{head}.{body}.",
        "signature missing": f"{head}.{body}",
        "a fourth part": f"{good}.{signature}",
        "signature twice": f"{head}.{body}.{signature}{signature}",
        "no JSON in it": f"{head}.{encoded(b'claims')}.{signature}",
        "a list for claims": signed([claims], secret),
        "text for claims": signed("claims", secret),
        "claims nested deeply": signed({**claims, "x": deep(500)}, b"x" * 32),
        "another issuer": signed(claims | {"iss": "evil"}, secret),
        "another audience": signed(claims | {"aud": "others"}, secret),
        "an audience list of others": signed(claims | {"aud": ["a", "b"]}, secret),
        "a refresh token's type": signed(claims | {"typ": "refresh"}, secret),
        "not good before tomorrow": signed(claims | {"nbf": claims["exp"] + 86_400}, secret),
        "a role that nobody has": signed(claims | {"role": "root"}, secret),
        "two roles": signed(claims | {"role": ["admin"]}, secret),
        "a till without its own name": signed(claims | {"role": "device"}, secret),
        "a till of another's name": signed(claims | {"role": "device", "did": "other"}, secret),
        "a till that was never enrolled": signed(
            claims | {"role": "device", "sub": "ghost", "did": "ghost"}, secret
        ),
        "a tenant that does not exist": signed(claims | {"tid": "nowhere"}, secret),
        "another tenant's": signed(claims | {"tid": "rival"}, secret),
        "a user who does not exist": signed(claims | {"sub": "nobody"}, secret),
        "rights that the user has not": signed(claims | {"role": "admin"}, secret),
        "places that the user has not": signed(claims | {"locs": ["main", "moon"]}, secret),
        "run out beyond numbers": signed(claims | {"exp": 10**400}, b"x" * 32),
        "huge": f"{head}.{'A' * 30_000}.{signature}",
        "empty parts": "..",
        "words": "null",
        "JSON": '{"alg":"none"}',
        "a refresh token": credentials.new_refresh_token("demo"),
        "a till's credential": credentials.new_device_token("demo"),
    }
    for name in set(claims) - MAY_BE_LEFT_OUT:
        tokens[f"without {name}"] = signed(without(claims, name), secret)
    for name in (set(claims) | MAY_BE_LEFT_OUT) - {"jti", "iat"}:
        for value in ODD_VALUES:
            if (name in MAY_BE_LEFT_OUT and value is None) or (name, value) == ("exp", 7):
                continue
            tokens[f"{name} is {value!r:.20}"] = signed(claims | {name: value}, secret)
    return tokens


def deep(levels: int) -> Any:
    value: Any = 0
    for _ in range(levels):
        value = [value]
    return value


async def test_no_forged_token_opens_a_request(world: Bearers) -> None:
    tokens = forged(world)
    answers = {}
    for name, token in tokens.items():
        response = await world.shop.http.get(PROBE, headers={"Authorization": f"Bearer {token}"})
        answers[name] = verdict(response)
        assert response.headers["WWW-Authenticate"] == "Bearer"
    assert answers == dict.fromkeys(tokens, (401, "unauthorized"))


@pytest.mark.parametrize("handed", ["in the handshake", "in join-tenant"])
async def test_no_forged_token_opens_a_socket(world: Bearers, handed: str) -> None:
    tokens = forged(world)
    answers = {}
    for name, token in tokens.items():
        in_handshake = handed == "in the handshake"
        socket = await world.shop.connect(auth={"token": token} if in_handshake else None)
        told = {"tenantId": "demo", "userId": "alice", **({} if in_handshake else {"token": token})}
        answer = await socket.call("join-tenant", told)
        answers[name] = "joined" if answer["success"] else answer["error"]["code"]
        await socket.client.disconnect()
    accepted = {name: code for name, code in answers.items() if code not in ("unauthorized", "forbidden")}
    assert accepted == {}


async def test_the_corpus_is_of_tokens_that_are_sound_but_for_one_thing(world: Bearers) -> None:
    alice = world.person("alice", "manager")
    token = signed(sound_claims(world, alice), world.secret)
    response = await world.shop.http.get(PROBE, headers={"Authorization": f"Bearer {token}"})
    assert verdict(response) == (200, None)


async def test_a_token_that_has_run_out_says_so(world: Bearers) -> None:
    caller = Caller("demo", "manager", PLACES["demo"], user_id="alice")
    late = world.token(caller, lifetime_s=-1)
    response = await world.shop.http.get(PROBE, headers={"Authorization": f"Bearer {late}"})
    assert verdict(response) == (401, "token_expired")
    socket = await world.shop.connect(auth={"token": late})
    answer = await socket.call("join-tenant", {"tenantId": "demo", "userId": "alice"})
    assert answer["error"]["code"] == "token_expired"


@pytest.mark.parametrize(
    "value", [[], {}, 7, True, None, ["x"], {"token": "x"}, "x" * 40_000, "\x00", "", " \n"]
)
async def test_a_handshakes_token_that_is_no_text_opens_nothing(world: Bearers, value: Any) -> None:
    socket = await world.shop.connect(auth={"token": value})
    answer = await socket.call("join-tenant", {"tenantId": "demo", "userId": "alice"})
    assert answer["error"]["code"] in ("unauthorized", "bad_request")


async def test_only_one_header_in_one_form_bears_a_token(world: Bearers) -> None:
    token = world.person("alice", "manager").access_token
    forms: dict[str, list[tuple[bytes, bytes]]] = {
        "no header": [],
        "an empty one": [(b"Authorization", b"")],
        "the scheme alone": [(b"Authorization", b"Bearer")],
        "the token alone": [(b"Authorization", token.encode())],
        "another scheme": [(b"Authorization", b"Token " + token.encode())],
        "basic": [(b"Authorization", b"Basic " + base64.b64encode(b"alice:" + token.encode()))],
        "a comma": [(b"Authorization", b"Bearer " + token.encode() + b", Bearer x")],
        "a tab within": [(b"Authorization", b"Bearer x\t" + token.encode())],
        "beyond ASCII": [(b"Authorization", b"Bearer \xff\xfe" + token.encode())],
        "quoted": [(b"Authorization", b'Bearer "' + token.encode() + b'"')],
        "a cookie": [(b"Cookie", b"token=" + token.encode() + b"; Authorization=Bearer " + token.encode())],
        "another header": [(b"X-Authorization", b"Bearer " + token.encode())],
        "two, a bad one first": [
            (b"Authorization", b"Bearer x"),
            (b"Authorization", b"Bearer " + token.encode()),
        ],
        "two, a good one first": [
            (b"Authorization", b"Bearer " + token.encode()),
            (b"Authorization", b"Bearer x"),
        ],
    }
    answers = {}
    for name, headers in forms.items():
        answers[name] = verdict(await world.shop.http.get(PROBE, headers=headers))
    assert answers == dict.fromkeys(forms, (401, "unauthorized"))
    for scheme in ("bearer", "BEARER"):
        response = await world.shop.http.get(PROBE, headers={"Authorization": f"{scheme} {token}"})
        assert verdict(response) == (200, None)


async def test_a_token_in_the_url_is_neither_read_nor_written_down(settings: Settings) -> None:
    server = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "server_stub", "--home", str(settings.home), "--port", "0"),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    assert server.stdout is not None
    url = (await server.stdout.readline()).decode().removeprefix("listening on ").strip()
    try:
        caller = Caller("demo", "manager", PLACES["demo"], user_id="alice")
        secret = settings.secret_file.read_bytes()
        token = AccessTokens(secret, 900, SystemClock(), TimeOrderedIds()).issue(caller)
        async with httpx.AsyncClient(base_url=url, trust_env=False) as client:
            for name in ("token", "access_token", "accessToken", "authorization", "jwt"):
                response = await client.get(PROBE, params={name: token})
                assert verdict(response) == (401, "unauthorized")
                assert token not in response.text
            assert (await client.get(f"/api/v1/{token}")).status_code == 404
            polling = {"EIO": "4", "transport": "polling", "token": token}
            assert (await client.get("/socket.io/", params=polling)).status_code == 200
            assert (await client.get("/socket.io/", params={"token": token})).status_code == 400
    finally:
        server.terminate()
        out, err = await server.communicate()
    for part in token.split("."):
        assert part not in (out + err).decode()


# --- bearers whose tokens are no longer valid ----------------------------------------------------------


async def test_a_user_who_is_disabled_is_refused_with_a_sound_token(world: Bearers) -> None:
    ada, bob = world.person("ada", "admin"), world.person("bob", "clerk")
    assert verdict(await bob.get("/realtime/conflicts")) == (200, None)
    response = await world.ask("PATCH", "/api/v1/users/bob", ada, {"disabled": True})
    assert verdict(response) == (200, None)
    assert verdict(await bob.get("/realtime/conflicts")) == (401, "unauthorized")
    socket = await world.shop.connect()
    told = {"tenantId": "demo", "userId": "bob", "token": bob.access_token}
    answer = await socket.call("join-tenant", told)
    assert answer["error"]["code"] in ("unauthorized", "forbidden")


async def test_a_till_that_is_revoked_is_refused_with_a_sound_token(world: Bearers) -> None:
    alice, till = world.person("alice", "manager"), await world.bearer("device")
    assert verdict(await till.get("/realtime/conflicts")) == (200, None)
    response = await world.ask("POST", f"/api/v1/devices/{till.user_id}/revoke", alice)
    assert verdict(response) == (200, None)
    assert verdict(await till.get("/realtime/conflicts")) == (401, "unauthorized")
    assert await refreshed(world, till.answer["deviceToken"]) == (401, "unauthorized")
    socket = await world.shop.connect()
    told = {"tenantId": "demo", "userId": till.user_id, "token": till.access_token}
    assert (await socket.call("join-tenant", told))["error"]["code"] == "unauthorized"


# --- refresh tokens -------------------------------------------------------------------------------------


async def refreshed(world: Bearers, token: Any) -> tuple[int, str | None]:
    return verdict(await world.ask("POST", "/api/v1/auth/refresh", body={"refreshToken": token}))


async def successor(world: Bearers, token: str) -> str:
    response = await world.ask("POST", "/api/v1/auth/refresh", body={"refreshToken": token})
    assert response.status_code == 200, response.text
    told: str = response.json()["data"]["refreshToken"]
    return told


async def test_renewals_at_once_give_one_successor(world: Bearers) -> None:
    first = (await world.shop.sign_in("demo", "bob")).answer["refreshToken"]
    given = await asyncio.gather(*(successor(world, first) for _ in range(12)))
    assert len(set(given)) == 1
    assert world.shop.rows("SELECT count(*) FROM refresh_token") == [(2,)]
    await successor(world, given[0])


async def test_reuse_ends_the_family_and_is_written_down(world: Bearers) -> None:
    bob = await world.shop.sign_in("demo", "bob")
    other = await world.shop.sign_in("demo", "bob")
    first = bob.answer["refreshToken"]
    second = await successor(world, first)
    third = await successor(world, second)
    assert [await refreshed(world, token) for token in (first, second, third)] == [(401, "unauthorized")] * 3
    # The sign-in itself is over, not the token's string alone; another sign-in of the same user is not.
    bobs_caller = world.shop.rows("SELECT DISTINCT family_id FROM refresh_token WHERE revoked_ms IS NOT NULL")
    assert len(bobs_caller) == 1
    assert verdict(await other.get("/realtime/conflicts")) == (200, None)
    assert verdict(await bob.get("/realtime/conflicts")) == (401, "unauthorized")
    written = world.shop.rows("SELECT tenant_id, actor_id FROM audit_entry WHERE outcome LIKE '%reused%'")
    assert written == [("demo", "bob")]


async def test_a_refresh_token_has_an_end(world_with: Callable[..., Any]) -> None:
    async with world_with(refresh_token_s=0) as world:
        first = (await world.shop.sign_in("demo", "bob")).answer["refreshToken"]
        assert await refreshed(world, first) == (401, "unauthorized")


async def test_signing_out_ends_its_own_sign_in_and_no_other(world: Bearers) -> None:
    bob, other = await world.shop.sign_in("demo", "bob"), await world.shop.sign_in("demo", "bob")
    alice = await world.shop.sign_in("demo", "alice")
    # Another user's token in the body ends nothing.
    await alice.post("/auth/logout", {"refreshToken": bob.answer["refreshToken"]})
    await successor(world, bob.answer["refreshToken"])
    await bob.post("/auth/logout", {"refreshToken": bob.answer["refreshToken"]})
    assert await refreshed(world, bob.answer["refreshToken"]) == (401, "unauthorized")
    assert verdict(await bob.get("/realtime/conflicts")) == (401, "unauthorized")
    assert verdict(await other.get("/realtime/conflicts")) == (200, None)
    await successor(world, other.answer["refreshToken"])


async def test_disabling_a_user_ends_their_refresh_tokens(world: Bearers) -> None:
    bob = await world.shop.sign_in("demo", "bob")
    ada = world.person("ada", "admin")
    assert verdict(await world.ask("PATCH", "/api/v1/users/bob", ada, {"disabled": True})) == (200, None)
    assert await refreshed(world, bob.answer["refreshToken"]) == (401, "unauthorized")
    assert verdict(await world.ask("PATCH", "/api/v1/users/bob", ada, {"disabled": False})) == (200, None)
    assert await refreshed(world, bob.answer["refreshToken"]) == (401, "unauthorized")


async def test_a_tills_credential_does_not_rotate_and_is_known_by_its_hash_alone(world: Bearers) -> None:
    till = await world.bearer("device")
    credential = till.answer["deviceToken"]
    for _ in range(2):
        response = await world.ask("POST", "/api/v1/auth/refresh", body={"refreshToken": credential})
        assert "refreshToken" not in response.json()["data"]
    kept = hashlib.sha256(credential.encode()).hexdigest()
    assert world.shop.rows("SELECT token_hash FROM device WHERE tenant_id = 'demo'") == [(kept,)]


async def test_what_is_no_refresh_token_is_refused_like_one_that_does_not_hold(world: Bearers) -> None:
    access = world.person("alice", "manager").access_token
    real = (await world.shop.sign_in("demo", "bob")).answer["refreshToken"]
    digits = real.rsplit("_", 1)[1]
    tried = [
        access,
        "",
        "_",
        "__",
        "evr__",
        "evd__",
        f"evr__{digits}",
        f"evd_demo_{digits}",
        f"evr_rival_{digits}",
        f"evr_nowhere_{digits}",
        f"evr_demo_{digits}_",
        f"EVR_demo_{digits}",
        f"{real}\n",
        f" {real}",
        real.upper(),
        "evr_demo\x00_" + digits,
        "evr_\U0001f4a9_" + digits,
        "evr_../demo_" + digits,
        "evr_demo' OR '1'='1_" + digits,
        "evr_" + "d" * 400 + "_x",
    ]
    answers = {token: await refreshed(world, token) for token in tried}
    accepted = {
        token: answer
        for token, answer in answers.items()
        if answer not in ((401, "unauthorized"), (400, "bad_request"))
    }
    assert accepted == {}
    odds: tuple[Any, ...] = (None, 7, [], {}, True, "x" * 513)
    for odd in odds:
        assert await refreshed(world, odd) == (400, "bad_request")
    await successor(world, real)


# --- the secret and the hashes --------------------------------------------------------------------------


def test_the_secret_is_long_and_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "home" / "token-secret"
    secret = secret_of(path)
    assert len(secret) >= 32
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert secret_of(path) == secret


@pytest.mark.parametrize("content", [b"", b"short", b"x" * 31])
def test_a_secret_that_is_too_short_is_a_clear_error_at_the_start(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "token-secret"
    path.write_bytes(content)
    path.chmod(0o600)
    with pytest.raises(UnusableSecret, match="token-secret"):
        secret_of(path)


def test_starters_at_once_agree_on_one_secret(tmp_path: Path) -> None:
    for attempt in range(20):
        path = tmp_path / f"secret-{attempt}"
        line = threading.Barrier(8)
        got: list[bytes] = []

        def start(path: Path = path, line: threading.Barrier = line, got: list[bytes] = got) -> None:
            line.wait()
            got.append(secret_of(path))

        starters = [threading.Thread(target=start) for _ in range(8)]
        for starter in starters:
            starter.start()
        for starter in starters:
            starter.join()
        assert len(got) == 8
        assert len(set(got)) == 1
    assert len(list(tmp_path.iterdir())) == 20, "no draft is left behind"


def test_passwords_and_pins_are_kept_as_argon2id_of_at_least_the_usual_strength() -> None:
    kept = (credentials.hash_password("a password"), credentials.pin_verifier("pepper", "bob", "1357"))
    for one in kept:
        assert one.startswith("$argon2id$")
        strength = extract_parameters(one)
        assert strength.type is Type.ID
        # OWASP's least: 19 MiB, two passes, one lane; 16 bytes of salt.
        assert strength.memory_cost >= 19 * 1024
        assert strength.time_cost >= 2
        assert strength.salt_len >= 16
    assert credentials.hash_password("a password") != kept[0]


def test_a_user_who_does_not_exist_costs_the_same_verification() -> None:
    # The stand-in hash is a real one, of the same strength, that no password matches.
    kept = credentials.hash_password("a password")
    assert extract_parameters(credentials._nobodys_hash()) == extract_parameters(kept)
    assert credentials.password_matches(None, "a password") is False
    assert credentials.password_matches(kept, "a password") is True
    assert credentials.password_matches(kept, "another") is False
    assert credentials.password_matches("no hash at all", "a password") is False


async def test_the_database_holds_no_secret_as_it_was_given(world: Bearers) -> None:
    bob, till = await world.shop.sign_in("demo", "bob"), await world.bearer("device")
    given = [
        "evertill-demo",
        "1357",
        bob.access_token,
        bob.answer["refreshToken"],
        till.answer["deviceToken"],
        till.access_token,
    ]
    kept = world.shop.rows(
        "SELECT password_hash, pin_verifier FROM user_account"
        " UNION ALL SELECT token_hash, family_id FROM refresh_token"
        " UNION ALL SELECT token_hash, name FROM device"
        " UNION ALL SELECT hash, detail FROM audit_entry"
    )
    words = orjson.dumps(kept).decode()
    assert [secret for secret in given if f'"{secret}' in words or f'{secret}"' in words] == []
