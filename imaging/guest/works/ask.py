"""Run in a test instance: whether a name server answers (`dns ADDRESS`), or anything does (`tcp NAME:PORT`)."""

import os
import socket
import sys


def dns(server: str) -> bool:
    """Ask for the name servers of the root; any answer counts."""
    family = socket.AF_INET6 if ":" in server else socket.AF_INET
    question = os.urandom(2) + b"\1\0\0\1\0\0\0\0\0\0\0\0\2\0\1"
    for _ in range(3):
        try:
            with socket.socket(family, socket.SOCK_DGRAM) as asking:
                asking.settimeout(3)
                asking.connect((server, 53))
                asking.send(question)
                if asking.recv(512)[:2] == question[:2]:
                    return True
        except OSError:
            continue
    return False


def tcp(place: str) -> bool:
    """Connect; that it was refused is an answer, too."""
    host, _, port = place.rpartition(":")
    try:
        socket.create_connection((host.strip("[]"), int(port)), 8).close()
    except ConnectionRefusedError:
        return True
    except (OSError, ValueError) as error:
        sys.stdout.write(str(error)[:120].replace("\n", " "))
        return False
    return True


if __name__ == "__main__":
    sys.exit(0 if {"dns": dns, "tcp": tcp}[sys.argv[1]](sys.argv[2]) else 1)
