"""Where the login and the token go: to the hosts of the entry and the catalogue, and never from TLS to plain HTTP."""

from __future__ import annotations

import itertools
import socket
from collections.abc import Iterator
from typing import Any

import pytest

from imaging.cloud.http.call import Call
from models.errors import ConfigError, ImagingError, UnreachableError, UnsafeAddressError
from tests.cloud.conftest import password_entry
from tests.cloud.scripted import HERE, TOKEN, Reply, ScriptedCloud

FLAVORS = "/compute/v2.1/flavors/detail"
ACTION = "/compute/v2.1/servers/i-1/action"
LOGIN = "/identity/v3/auth/tokens"
NOTHING: dict[str, list[object]] = {"flavors": []}
PASSWORD = "hunter2-very-secret"
CA = {"cacert": str(HERE / "selfsigned.pem")}
ODD_LOCATIONS = [
    "http://ada:{password}@{host}/x",
    "http://127.0.0.1@127.0.0.2:{port}/x",
    "http://127.0.0.1:80\\@127.0.0.2:{port}/x",
    "\\\\127.0.0.2:{port}/x",
    "///127.0.0.2:{port}/x",
    "http:/\\127.0.0.2:{port}/x",
    "file:///etc/passwd",
    "ftp://127.0.0.2:{port}/x",
    "gopher://127.0.0.2:{port}/x",
    "javascript:alert(1)",
    "http://[::1",
    "http://127.0.0.1:99999/x",
    "http://127.0.0.1:port/x",
    "http://127.0.0.1.:{port}/x",
    "http://%31%32%37.0.0.2:{port}/x",
    "http://2130706434:{port}/x",
    "http://0x7f000002:{port}/x",
    "\u2025//127.0.0.2",
    "http://",
    " ",
]
REDIRECTS = [301, 302, 303, 305, 307, 308]


@pytest.fixture
def other() -> Iterator[ScriptedCloud]:
    """Somebody else's host, which would take anything and answer like a cloud."""
    cloud = ScriptedCloud(host="127.0.0.2").start()
    cloud.on("GET", ".*", NOTHING)
    yield cloud
    cloud.stop()


@pytest.fixture
def secure() -> Iterator[ScriptedCloud]:
    cloud = ScriptedCloud(tls=True).start()
    yield cloud
    cloud.stop()


@pytest.fixture
def plain() -> Iterator[ScriptedCloud]:
    """Another port of the secure cloud's host, without TLS."""
    cloud = ScriptedCloud().start()
    yield cloud
    cloud.stop()


def heard_nothing_secret(cloud: ScriptedCloud) -> bool:
    return not any(PASSWORD in text or TOKEN in text for _, text in cloud.heard)


class TestRedirects:
    """None of a login or a change; of what only reads, on the same host."""

    @pytest.mark.parametrize("status", REDIRECTS)
    async def test_a_login_is_not_redirected(self, scripted, other, enter, status):
        scripted.on("POST", LOGIN, Reply(status, headers={"Location": other.url + LOGIN}))
        with pytest.raises(UnsafeAddressError, match=r"redirect to http://127\.0\.0\.2.*plain HTTP") as caught:
            await enter(scripted.url)
        assert "Nothing was sent there" in caught.value.meaning
        assert other.heard == []

    async def test_a_list_is_not_redirected_to_another_host(self, scripted, other, cloud, clock):
        for status in REDIRECTS:
            scripted.on("GET", FLAVORS, Reply(status, headers={"Location": other.url + FLAVORS}))
            with pytest.raises(UnsafeAddressError, match="list flavors"):
                await cloud.compute.flavors()
        assert other.heard == []
        assert clock.slept == []

    async def test_a_change_is_not_redirected_anywhere(self, scripted, other, cloud):
        for status, base in itertools.product(REDIRECTS, (scripted.url, other.url)):
            scripted.on("POST", ACTION, Reply(status, headers={"Location": base + "/elsewhere"}))
            with pytest.raises(UnsafeAddressError, match="stop the instance"):
                await cloud.compute.stop("i-1")
        assert other.heard == []
        assert scripted.seen("POST", "/elsewhere") == []

    @pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
    async def test_a_change_of_any_kind_is_not_redirected(self, scripted, other, cloud, method):
        scripted.on(method, "/volume/.*", Reply(307, headers={"Location": other.url + "/x"}))
        with pytest.raises(UnsafeAddressError):
            await cloud._transport.tell(Call("block_storage", method, "/volumes/v-1", "change it"))
        assert other.heard == []

    async def test_a_list_is_redirected_on_its_own_host(self, scripted, cloud):
        scripted.on("GET", ".*elsewhere", NOTHING)
        for location in ("/elsewhere", "elsewhere", "?page=2", f"//{scripted.url.partition('//')[2]}/elsewhere"):
            scripted.on("GET", FLAVORS, Reply(302, headers={"Location": location}), NOTHING)
            assert await cloud.compute.flavors() == ()

    async def test_from_plain_http_to_https_of_the_same_host(self, scripted, secure, enter):
        scripted.on("GET", FLAVORS, Reply(301, headers={"Location": secure.url + "/flavors"}))
        secure.on("GET", "/flavors", NOTHING)
        cloud = await enter(scripted.url, **CA)
        assert await cloud.compute.flavors() == ()

    async def test_never_from_https_to_plain_http_but_tried_by_https(self, secure, plain, enter):
        """As a service behind a TLS proxy says that knows nothing of it."""
        cloud = await enter(secure.url, **CA)
        secure.on("GET", "/flavors", NOTHING)
        secure.on("GET", FLAVORS, Reply(302, headers={"Location": secure.url.replace("https", "http") + "/flavors"}))
        assert await cloud.compute.flavors() == ()
        secure.on("GET", FLAVORS, Reply(302, headers={"Location": plain.url + "/flavors"}))
        with pytest.raises(UnreachableError, match="no TLS connection"):
            await cloud.compute.flavors()
        assert plain.heard == []

    async def test_a_location_that_is_odd_brings_nothing_to_anybody_else(self, scripted, other, cloud):
        host, port = scripted.url.partition("//")[2], other.url.rpartition(":")[2]
        for location in ODD_LOCATIONS:
            target = location.format(host=host, port=port, password="x").encode("utf-8").decode("latin-1")
            scripted.on("GET", FLAVORS, Reply(302, headers={"Location": target}))
            with pytest.raises(ImagingError):
                await cloud.compute.flavors()
        assert other.heard == []

    async def test_a_circle_ends(self, scripted, cloud):
        scripted.on("GET", FLAVORS, Reply(302, headers={"Location": FLAVORS}))
        with pytest.raises(ImagingError, match="in a circle"):
            await cloud.compute.flavors()
        assert len(scripted.seen("GET", FLAVORS)) == 6

    async def test_a_redirect_to_nowhere_is_said(self, scripted, cloud):
        scripted.on("GET", FLAVORS, Reply(302))
        with pytest.raises(ImagingError, match="to nowhere"):
            await cloud.compute.flavors()


class TestCatalogue:
    """What the login brings along is what a server says."""

    async def test_an_http_address_of_a_host_that_is_reached_by_https_is_tried_as_https(self, secure, enter):
        secure.service_scheme = "http"
        secure.on("GET", FLAVORS, NOTHING)
        cloud = await enter(secure.url, **CA)
        assert await cloud.compute.flavors() == ()

    async def test_where_it_speaks_no_tls_nothing_is_sent_and_the_exception_is_named(self, secure, plain, enter):
        secure.places = {"compute": plain.url + "/compute/v2.1"}
        cloud = await enter(secure.url, **CA)
        with pytest.raises(UnreachableError, match="no TLS connection") as caught:
            await cloud.compute.flavors()
        assert "allow_http: [compute]" in caught.value.remedy
        assert plain.heard == []

    async def test_plain_http_to_another_host_is_refused(self, secure, other, enter, clock):
        secure.places = {"compute": other.url + "/compute/v2.1"}
        cloud = await enter(secure.url, **CA)
        with pytest.raises(UnsafeAddressError, match=r"http://127\.0\.0\.2.*plain HTTP") as caught:
            await cloud.compute.flavors()
        assert "IMAGING_ALLOW_HTTP=compute" in caught.value.remedy
        assert other.heard == []
        assert clock.slept == []

    async def test_a_change_to_it_was_not_lost(self, secure, other, enter):
        secure.places = {"volumev3": other.url + "/volume/v3"}
        cloud = await enter(secure.url, **CA)
        with pytest.raises(UnsafeAddressError, match="block-storage"):
            await cloud._transport.tell(Call("block_storage", "DELETE", "/volumes/v-1", "delete it"))
        assert other.heard == []

    async def test_another_service_may_be_asked_all_the_same(self, secure, other, enter):
        secure.places = {"image": other.url + "/image"}
        secure.on("GET", FLAVORS, NOTHING)
        cloud = await enter(secure.url, **CA)
        assert await cloud.compute.flavors() == ()

    async def test_a_cloud_of_plain_http_may_have_services_on_several_hosts(self, scripted, other, enter):
        scripted.places = {"compute": other.url + "/compute/v2.1"}
        cloud = await enter(scripted.url)
        assert await cloud.compute.flavors() == ()
        assert any(TOKEN in text for _, text in other.heard)

    async def test_a_host_that_nobody_names_gets_nothing(self, scripted, other, cloud):
        """The result of any version document or plugin."""
        session = None

        def read(link):
            nonlocal session
            session = link._connection.session
            for method in ("get", "post"):
                with pytest.raises(UnsafeAddressError, match="another host"):
                    getattr(session, method)(other.url + "/v2.1")

        await cloud._transport.run(read)
        assert other.heard == []

    @pytest.mark.parametrize(
        "endpoints", [None, 7, "http://127.0.0.2", [None], [{"url": None}], [{"url": "http://[::1"}], [{"url": "\x00"}]]
    )
    async def test_a_catalogue_of_any_shape_makes_an_imaging_error(self, scripted, enter, endpoints):
        whole = scripted._token()
        whole["catalog"] = [{"type": "compute", "endpoints": endpoints}, None, 7]
        scripted.on("POST", LOGIN, Reply(201, {"token": whole}, {"X-Subject-Token": TOKEN}))

        async def use() -> None:
            cloud = await enter(scripted.url)
            await cloud.compute.flavors()

        with pytest.raises(ImagingError):
            await use()


class TestVersionDocuments:
    """Behind a TLS proxy they name addresses of http: usual on real clouds."""

    async def test_their_http_links_are_tried_as_https(self, secure, enter):
        links = [{"rel": "self", "href": secure.url.replace("https", "http") + "/identity/v3/"}]
        secure.on("GET", "/identity/v3/?", {"version": {"id": "v3.14", "status": "stable", "links": links}})
        version = secure._version("v2.1", "/compute/v2.1/", "2.1", "2.96")
        version["links"] = [{"rel": "self", "href": secure.url.replace("https", "http") + "/compute/v2.1/"}]
        secure.on("GET", "/compute/v2.1/?", {"version": version})
        secure.on("GET", FLAVORS, NOTHING)
        cloud = await enter(secure.url, **CA)
        assert await cloud.compute.flavors() == ()

    async def test_links_to_another_host_bring_nothing_there(self, scripted, other, enter):
        links = [{"rel": "self", "href": other.url + "/identity/v3/"}]
        scripted.on("GET", "/identity/v3/?", {"version": {"id": "v3.14", "status": "stable", "links": links}})
        cloud = await enter(scripted.url)
        assert (await cloud.login()).user_name == "ada"
        assert other.heard == []


class TestPages:
    """The link to the next page only says that there is one."""

    async def test_a_next_link_to_another_host_is_not_followed(self, scripted, other, cloud):
        row = {"id": "f-1", "name": "m1", "ram": 1, "vcpus": 1, "disk": 1}
        link = [{"rel": "next", "href": other.url + FLAVORS}]
        scripted.on("GET", FLAVORS, {"flavors": [row], "flavors_links": link}, NOTHING)
        assert [one.id for one in await cloud.compute.flavors()] == ["f-1"]
        assert other.heard == []


class TestNetrc:
    """What ~/.netrc holds for a host is not sent by the program."""

    async def test_it_is_left_alone(self, scripted, own_home, enter):
        (own_home / ".netrc").write_text("machine 127.0.0.1 login ada password netrc-secret\n")
        (own_home / ".netrc").chmod(0o600)
        scripted.on("GET", FLAVORS, NOTHING)
        cloud = await enter(scripted.url)
        await cloud.compute.flavors()
        assert not any("Authorization" in text for _, text in scripted.heard)

    async def test_a_login_in_auth_url_itself_still_reaches_the_proxy_that_asks_for_it(
        self, scripted, write_clouds, enter
    ):
        cloud = await enter(scripted.url.replace("//", "//proxy:word@"))
        assert (await cloud.login()).user_name == "ada"
        assert any("Authorization: Basic" in text for _, text in scripted.heard)


class TestIdentityProviders:
    """A federated login visits the one that its entry names, and no other."""

    def entry(self, scripted, provider: str) -> dict[str, Any]:
        auth = {k: v for k, v in password_entry(scripted.url)["auth"].items() if k != "user_domain_name"}
        return {
            "auth_type": "v3oidcpassword",
            "auth": auth
            | {
                "identity_provider": "idp",
                "protocol": "openid",
                "client_id": "c",
                "client_secret": "s",
                "discovery_endpoint": f"{provider}/.well-known/openid-configuration",
            },
            "region_name": "R1",
        }

    async def log_in(self, write_clouds, clock, entry):
        from imaging.cloud.connection import connect
        from imaging.cloud.login.resolution import resolve_cloud

        write_clouds(dev=entry)
        return await connect(await resolve_cloud("dev", ask=None), clock)

    async def test_it_gets_the_password(self, scripted, other, write_clouds, clock):
        other.on("GET", "/.well-known/openid-configuration", {"token_endpoint": other.url + "/token"})
        other.on("POST", "/token", {"access_token": "at"})
        federated = "/identity/v3/OS-FEDERATION/identity_providers/idp/protocols/openid/auth"
        scripted.on("POST", federated, Reply(201, {"token": scripted._token()}, {"X-Subject-Token": TOKEN}))
        cloud = await self.log_in(write_clouds, clock, self.entry(scripted, other.url))
        assert (await cloud.login()).user_name == "ada"
        await cloud.close()
        assert any(PASSWORD in text for _, text in other.heard)

    async def test_another_that_it_points_to_does_not(self, scripted, other, write_clouds, clock):
        third = ScriptedCloud(host="127.0.0.3").start()
        other.on("GET", "/.well-known/openid-configuration", {"token_endpoint": third.url + "/token"})
        try:
            with pytest.raises(UnsafeAddressError, match=r"127\.0\.0\.3"):
                await self.log_in(write_clouds, clock, self.entry(scripted, other.url))
        finally:
            third.stop()
        assert third.heard == []

    async def test_nor_does_one_that_it_redirects_to(self, scripted, other, write_clouds, clock):
        third = ScriptedCloud(host="127.0.0.3").start()
        other.on("GET", "/.well-known/openid-configuration", {"token_endpoint": other.url + "/token"})
        other.on("POST", "/token", Reply(307, headers={"Location": third.url + "/token"}))
        try:
            with pytest.raises(UnsafeAddressError, match="redirect"):
                await self.log_in(write_clouds, clock, self.entry(scripted, other.url))
        finally:
            third.stop()
        assert third.heard == []


def test_a_token_of_the_second_host_would_be_seen(other):
    """The recorder itself: what it is sent, it keeps."""
    with socket.create_connection(("127.0.0.2", int(other.url.rpartition(":")[2]))) as sock:
        sock.sendall(f"GET / HTTP/1.1\r\nX-Auth-Token: {TOKEN}\r\nContent-Length: 0\r\n\r\n".encode())
        sock.recv(100)
    assert not heard_nothing_secret(other)


class TestAllowedPlainHttp:
    """The exception is set by the user, for one service at the address that the catalogue has for it."""

    @pytest.mark.parametrize("name", ["compute", "nova", "Compute"])
    async def test_by_the_clouds_entry(self, secure, other, enter, name):
        secure.places = {"compute": other.url + "/compute/v2.1", "image": other.url + "/image"}
        cloud = await enter(secure.url, **CA, imaging={"allow_http": [name]})
        assert await cloud.compute.flavors() == ()
        assert any(TOKEN in text for _, text in other.heard)
        other.heard.clear()
        with pytest.raises(UnsafeAddressError, match="image service"):
            await cloud.images.image("i")
        assert other.heard == []

    async def test_by_the_environment(self, secure, plain, enter, monkeypatch):
        monkeypatch.setenv("IMAGING_ALLOW_HTTP", "image, compute")
        secure.places = {"compute": plain.url + "/compute/v2.1"}
        plain.on("GET", FLAVORS, NOTHING)
        cloud = await enter(secure.url, **CA)
        assert await cloud.compute.flavors() == ()

    async def test_it_allows_no_redirect_and_no_other_address(self, secure, other, enter):
        third = ScriptedCloud(host="127.0.0.3").start()
        secure.places = {"compute": other.url + "/compute/v2.1"}
        other.on("GET", FLAVORS, Reply(302, headers={"Location": third.url + FLAVORS}))
        cloud = await enter(secure.url, **CA, imaging={"allow_http": ["compute"]})
        try:
            with pytest.raises(UnsafeAddressError, match="redirect"):
                await cloud.compute.flavors()
        finally:
            third.stop()
        assert third.heard == []

    @pytest.mark.parametrize("value", ["", "all", "*", [], ["compute", 7], True, {"compute": True}, "compute,"])
    async def test_what_names_no_service_is_refused(self, enter, value):
        with pytest.raises(ConfigError, match=r"allow_http must be a list of services.*block-storage"):
            await enter("https://cloud.example", imaging={"allow_http": value})
