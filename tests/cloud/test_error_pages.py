"""What a proxy's error page says: its heading, and not the name of the server that signed it."""

from __future__ import annotations

import pytest

from imaging.cloud.http.error_page import page_text

NGINX = (
    "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad Gateway</h1></center>\r\n"
    "<hr><center>nginx/1.24.0 (Ubuntu)</center>\r\n</body>\r\n</html>\r\n"
)
APACHE = (
    '<!DOCTYPE HTML PUBLIC "-//IETF//DTD HTML 2.0//EN">\n<html><head>\n<title>503 Service Unavailable</title>\n'
    "</head><body>\n<h1>Service Unavailable</h1>\n<p>The server is temporarily unable to service your\nrequest.</p>\n"
    "<hr>\n<address>Apache/2.4.57 (Debian) Server at cloud.example.org Port 443</address>\n</body></html>\n"
)
HAPROXY = (
    "<html><body><h1>503 Service Unavailable</h1>\nNo server is available to handle this request.\n</body></html>\n"
)
CLOUDFLARE = (
    "<html>\r\n<head><title>413 Request Entity Too Large</title></head>\r\n<body>\r\n"
    "<center><h1>413 Request Entity Too Large</h1></center>\r\n<hr><center>cloudflare</center>\r\n</body>\r\n</html>"
)
TITLE_ALONE = "<html><head><title>504 Gateway Time-out</title></head><body></body></html>"
WEBOB = (
    "<html>\n <head>\n  <title>404 Not Found</title>\n </head>\n <body>\n  <h1>404 Not Found</h1>\n"
    "  No image found with ID 7f3a<br /><br />\n\n\n </body>\n</html>"
)


@pytest.mark.parametrize(
    "page, said",
    [
        (NGINX, "502 Bad Gateway"),
        (CLOUDFLARE, "413 Request Entity Too Large"),
        (TITLE_ALONE, "504 Gateway Time-out"),
        (APACHE, "The server is temporarily unable to service your request."),
        (HAPROXY, "No server is available to handle this request."),
        (WEBOB, "No image found with ID 7f3a"),
        ("502 Bad Gateway", "502 Bad Gateway"),
        ("503 Service Unavailable\n\nCome back later.", "Come back later."),
        ("<h1>502 Bad Gateway", "502 Bad Gateway"),
    ],
    ids=[
        "nginx",
        "cloudflare",
        "title alone",
        "apache",
        "haproxy",
        "webob",
        "plain heading",
        "plain sentence",
        "never closed",
    ],
)
def test_a_page_says_its_sentence_or_else_its_heading(page: str, said: str) -> None:
    assert " ".join(page_text(page).split()) == said


@pytest.mark.parametrize(
    "page, said",
    [
        ("<!-- a > b --><html><body>Sorry, <b>down</b></body></html>", "Sorry, down"),
        (f"<html><!-- {'x' * 600} <p> --><body>down</body></html>", "down"),
        ("<html><head><!-- </head> --><title>T</title></head><body>down</body></html>", "down"),
        ("<html><body>down<!-- never closed", "down"),
        (f'<html><body><img src="data:{"A" * 900}">Maintenance</body></html>', "Maintenance"),
        ('<div title="a > b">Maintenance</div>', "Maintenance"),
        ("<div title='a > b' data-x=\"it's\">Maintenance</div>", "Maintenance"),
        ('<div title="never closed>Maintenance</div> today', "Maintenance today"),
    ],
)
def test_comments_and_tags_of_any_length_are_none_of_its_words(page: str, said: str) -> None:
    assert " ".join(page_text(page).split()) == said


@pytest.mark.parametrize(
    "text",
    [
        "Value <none> is not allowed",
        "quota 5 < 6 and 7 > 3 exceeded",
        "if a<b then c>d fails",
        "expected <class 'str'> here",
        "see <https://status.example.org>",
    ],
)
def test_a_plain_text_keeps_what_stands_in_angle_brackets(text: str) -> None:
    assert page_text(text) == text
